mock_provider "aws" {
  source = "./tests"
}

variables {
  name         = "event-gateway-dev"
  region       = "eu-west-1"
  cluster_name = "dev"
  targets      = { crm = {}, billing = { retention_days = 7, secret_arns = ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:billing-AbCdEf"] } }
  redis        = { node_type = "cache.t4g.micro", replicas = 0 }
}

run "usual" {
  command = apply

  assert {
    condition     = toset(keys(output.chart_values)) == toset(["receiver", "dispatcher", "keda", "aws", "redis", "targets", "metrics"])
    error_message = "The chart's own names."
  }

  assert {
    condition     = output.chart_values.targets["crm"].queue.url == "https://sqs.eu-west-1.amazonaws.com/123456789012/mocked" && toset(keys(output.chart_values.targets)) == toset(["crm", "billing"])
    error_message = "Each target has its queues."
  }

  assert {
    condition     = toset(keys(output.role_arns)) == toset(["receiver", "dispatcher", "keda", "collector"])
    error_message = "Roles of the pods."
  }

  assert {
    condition     = startswith(output.redis_url_without_password, "rediss://event-gateway:PASSWORD@mocked.")
    error_message = "Redis is spoken to over TLS."
  }

  assert {
    condition     = output.collector_environment == { AWS_REGION = "eu-west-1", EGW_METRIC_NAMESPACE = "EventGateway/event-gateway-dev", EGW_METRIC_LOG_GROUP = "/event-gateway/event-gateway-dev/metrics", EGW_NAMESPACE = "event-gateway" }
    error_message = "All that collector.yaml asks for."
  }
}

run "irsa_a_key_and_operators" {
  command = apply

  variables {
    mechanism               = "irsa"
    queue_kms_key_arn       = "arn:aws:kms:eu-west-1:123456789012:key/queues"
    operator_principal_arns = ["arn:aws:iam::123456789012:role/Operators"]
  }

  assert {
    condition     = contains(keys(output.role_arns), "operator")
    error_message = "Operators have a role."
  }

  assert {
    condition     = output.chart_values.receiver.serviceAccount.annotations["eks.amazonaws.com/role-arn"] == output.role_arns.receiver && output.service_account_annotations.keda["eks.amazonaws.com/role-arn"] == output.role_arns.keda
    error_message = "Charts are told the roles."
  }
}

run "refuses_what_hurts" {
  command = plan

  variables {
    name    = "Event-Gateway-Dev"
    targets = { CRM = {} }
  }

  expect_failures = [var.name, var.targets]
}

run "refuses_no_targets" {
  command = plan

  variables {
    targets = {}
  }

  expect_failures = [var.targets]
}
