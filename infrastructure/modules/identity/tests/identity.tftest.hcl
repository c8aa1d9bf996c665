mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = {
      arn = "arn:aws:iam::123456789012:role/mocked"
    }
  }
}

variables {
  name         = "event-gateway-dev"
  mechanism    = "pod_identity"
  cluster_name = "dev"
  queues = {
    crm = {
      queue_arn             = "arn:aws:sqs:eu-west-1:123456789012:crm"
      dead_letter_queue_arn = "arn:aws:sqs:eu-west-1:123456789012:crm-dead-letters"
    }
    billing = {
      queue_arn             = "arn:aws:sqs:eu-west-1:123456789012:billing"
      dead_letter_queue_arn = "arn:aws:sqs:eu-west-1:123456789012:billing-dead-letters"
    }
  }
}

run "pod_identity" {
  command = apply

  assert {
    condition     = toset(keys(aws_iam_role.this)) == toset(["receiver", "dispatcher", "keda"])
    error_message = "A role each, and none that nobody asked for."
  }

  assert {
    condition     = toset(keys(aws_iam_role_policy.this)) == toset(["receiver/queues", "dispatcher/queues", "keda/queues"])
    error_message = "Neither keys nor secrets are allowed where there are none."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.this["receiver/queues"].policy).Statement == [
      {
        Sid      = "SendToQueue"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage", "sqs:GetQueueAttributes"]
        Resource = ["arn:aws:sqs:eu-west-1:123456789012:billing", "arn:aws:sqs:eu-west-1:123456789012:crm"]
      },
      {
        Sid      = "CountDeadLetters"
        Effect   = "Allow"
        Action   = ["sqs:GetQueueAttributes"]
        Resource = ["arn:aws:sqs:eu-west-1:123456789012:billing-dead-letters", "arn:aws:sqs:eu-west-1:123456789012:crm-dead-letters"]
      },
    ]
    error_message = "The receiver's file, with the ARNs of all queues."
  }

  assert {
    condition     = !strcontains(join("", values(output.policies)), "$")
    error_message = "Every placeholder is filled."
  }

  assert {
    condition = alltrue([
      for name, workload in { receiver = "event-gateway-receiver", dispatcher = "event-gateway-dispatcher" } :
      one(jsondecode(aws_iam_role.this[name].assume_role_policy).Statement) == {
        Sid       = "OneServiceAccount"
        Effect    = "Allow"
        Principal = { Service = "pods.eks.amazonaws.com" }
        Action    = ["sts:AssumeRole", "sts:TagSession"]
        Condition = { StringEquals = {
          "aws:RequestTag/eks-cluster-name"           = "dev"
          "aws:RequestTag/kubernetes-namespace"       = "event-gateway"
          "aws:RequestTag/kubernetes-service-account" = workload
        } }
      }
    ])
    error_message = "EKS lends each role to one service account of this cluster."
  }

  assert {
    condition = { for name, association in aws_eks_pod_identity_association.this : name => "${association.cluster_name} ${association.namespace}/${association.service_account}" } == {
      receiver   = "dev event-gateway/event-gateway-receiver"
      dispatcher = "dev event-gateway/event-gateway-dispatcher"
      keda       = "dev keda/keda-operator"
    }
    error_message = "Each service account is associated with its role."
  }

  assert {
    condition     = output.chart_values.receiver.serviceAccount.name == "event-gateway-receiver" && length(output.chart_values.receiver.serviceAccount.annotations) == 0 && output.chart_values.keda.identity == "operator"
    error_message = "Pod Identity leaves no annotation."
  }
}

run "irsa" {
  command = apply

  variables {
    mechanism         = "irsa"
    cluster_name      = null
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF"
    service_accounts  = { receiver = "in" }
  }

  assert {
    condition = one(jsondecode(aws_iam_role.this["receiver"].assume_role_policy).Statement) == {
      Sid       = "OneServiceAccount"
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF" }
      Action    = ["sts:AssumeRoleWithWebIdentity"]
      Condition = { StringEquals = {
        "oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF:aud" = "sts.amazonaws.com"
        "oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF:sub" = "system:serviceaccount:event-gateway:in"
      } }
    }
    error_message = "A token opens by its subject and its audience."
  }

  assert {
    condition     = length(aws_eks_pod_identity_association.this) == 0
    error_message = "IRSA has no associations."
  }

  assert {
    condition     = output.chart_values.dispatcher.serviceAccount.annotations["eks.amazonaws.com/role-arn"] == aws_iam_role.this["dispatcher"].arn
    error_message = "The chart is told the role."
  }

  assert {
    condition     = output.service_account_annotations.keda["eks.amazonaws.com/role-arn"] == aws_iam_role.this["keda"].arn
    error_message = "KEDA's chart is told the role."
  }
}

run "keys_secrets_operators_and_a_collector" {
  command = apply

  variables {
    key_arns                 = ["arn:aws:kms:eu-west-1:123456789012:key/0f1e2d3c"]
    receiver_secret_arns     = ["arn:aws:ssm:eu-west-1:123456789012:parameter/webhooks/github"]
    dispatcher_secret_arns   = ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:crm-AbCdEf"]
    operator_principal_arns  = ["arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/Operators"]
    collector                = { log_group_arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/event-gateway/dev/metrics" }
    permissions_boundary_arn = "arn:aws:iam::123456789012:policy/event-gateway-boundary"
  }

  assert {
    condition = toset(keys(aws_iam_role_policy.this)) == toset([
      "receiver/queues", "receiver/key", "receiver/secrets",
      "dispatcher/queues", "dispatcher/key", "dispatcher/secrets",
      "operator/queues", "operator/key", "keda/queues", "collector/telemetry",
    ])
    error_message = "KEDA needs no key, and nobody else's secrets."
  }

  assert {
    condition = one(jsondecode(aws_iam_role_policy.this["dispatcher/key"].policy).Statement) == {
      Sid       = "UseTheQueuesKey"
      Effect    = "Allow"
      Action    = ["kms:GenerateDataKey", "kms:Decrypt"]
      Resource  = ["arn:aws:kms:eu-west-1:123456789012:key/0f1e2d3c"]
      Condition = { StringEquals = { "kms:ViaService" = "sqs.eu-west-1.amazonaws.com" } }
    }
    error_message = "The key is used by SQS of this region alone."
  }

  assert {
    condition = one(jsondecode(aws_iam_role_policy.this["dispatcher/secrets"].policy).Statement) == {
      Sid      = "ReadSecrets"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:crm-AbCdEf"]
    }
    error_message = "Only the statement that has a resource."
  }

  assert {
    condition     = one(jsondecode(aws_iam_role_policy.this["receiver/secrets"].policy).Statement).Action == ["ssm:GetParameter"]
    error_message = "A parameter is read from SSM."
  }

  assert {
    condition     = one(jsondecode(aws_iam_role.this["operator"].assume_role_policy).Statement).Principal == { AWS = ["arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/Operators"] }
    error_message = "Operators come by their own role."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.this["collector/telemetry"].policy).Statement[0].Resource == ["arn:aws:logs:eu-west-1:123456789012:log-group:/event-gateway/dev/metrics:*"]
    error_message = "The collector writes to its group alone."
  }

  assert {
    condition     = alltrue([for role in aws_iam_role.this : role.permissions_boundary == var.permissions_boundary_arn])
    error_message = "All roles are bounded."
  }
}

run "refuses_more_than_iam_holds" {
  command = plan

  variables {
    queues = {
      for index in range(80) : "target-${index}" => {
        queue_arn             = "arn:aws:sqs:eu-west-1:123456789012:event-gateway-dev-target-number-${index}"
        dead_letter_queue_arn = "arn:aws:sqs:eu-west-1:123456789012:event-gateway-dev-target-number-${index}-dead-letters"
      }
    }
  }

  expect_failures = [aws_iam_role_policy.this]
}

run "refuses_what_hurts" {
  command = plan

  variables {
    name                    = "a-name-with-so-many-letters-that-no-suffix-fits-behind-it"
    mechanism               = "node_role"
    namespace               = "*"
    service_accounts        = { receiver = "one", dispatcher = "one" }
    key_arns                = ["alias/queues"]
    receiver_secret_arns    = ["arn:aws:ssm:eu-west-1:123456789012:parameter/*"]
    dispatcher_secret_arns  = ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:*"]
    operator_principal_arns = ["*"]
  }

  expect_failures = [
    var.name,
    var.mechanism,
    var.namespace,
    var.service_accounts,
    var.key_arns,
    var.receiver_secret_arns,
    var.dispatcher_secret_arns,
    var.operator_principal_arns,
  ]
}

run "refuses_queues_by_wildcard" {
  command = plan

  variables {
    queues = { crm = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:*", dead_letter_queue_arn = "arn:aws:sqs:eu-west-1:123456789012:dead" } }
  }

  expect_failures = [var.queues]
}

run "refuses_no_queues_and_service_accounts_that_are_none" {
  command = plan

  variables {
    queues           = {}
    service_accounts = { receiver = "*" }
  }

  expect_failures = [var.queues, var.service_accounts]
}

run "refuses_pod_identity_without_its_cluster" {
  command = plan

  variables {
    cluster_name = null
  }

  expect_failures = [var.cluster_name]
}

run "refuses_irsa_without_its_provider" {
  command = plan

  variables {
    mechanism = "irsa"
  }

  expect_failures = [var.oidc_provider_arn]
}

run "refuses_a_provider_that_is_none" {
  command = plan

  variables {
    mechanism         = "irsa"
    oidc_provider_arn = "https://oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF"
  }

  expect_failures = [var.oidc_provider_arn]
}
