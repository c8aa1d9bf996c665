mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = {
      account_id = "123456789012"
    }
  }

  mock_resource "aws_kms_key" {
    defaults = {
      arn = "arn:aws:kms:eu-west-1:123456789012:key/telemetry"
    }
  }

  mock_resource "aws_sns_topic" {
    defaults = {
      arn = "arn:aws:sns:eu-west-1:123456789012:alarms"
    }
  }
}

variables {
  name   = "event-gateway-dev"
  region = "eu-west-1"
  queues = {
    crm = { queue_name = "crm", dead_letter_queue_name = "crm-dead-letters" }
  }
  redis_node_ids = ["event-gateway-dev-001"]
}

run "usual" {
  command = apply

  assert {
    condition = toset(keys(aws_cloudwatch_metric_alarm.queue)) == toset([
      "crm-oldest-message", "crm-dead-letters", "crm-in-flight"
    ])
    error_message = "Age, dead letters and messages in flight of each queue."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.queue["crm-dead-letters"].metric_name == "ApproximateNumberOfMessagesVisible" && aws_cloudwatch_metric_alarm.queue["crm-dead-letters"].threshold == 0 && aws_cloudwatch_metric_alarm.queue["crm-dead-letters"].dimensions.QueueName == "crm-dead-letters"
    error_message = "One dead letter is enough, however it came there."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.queue["crm-in-flight"].threshold == 96000
    error_message = "Four fifths of the quota."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.queue["crm-oldest-message"].threshold == 3600 && aws_cloudwatch_metric_alarm.oldest_event["crm"].threshold == 3600
    error_message = "The objective of the chart."
  }

  assert {
    condition = alltrue([
      for alarm in concat(
        values(aws_cloudwatch_metric_alarm.queue), values(aws_cloudwatch_metric_alarm.oldest_event), values(aws_cloudwatch_metric_alarm.redis_memory),
        [aws_cloudwatch_metric_alarm.receiver_errors, aws_cloudwatch_metric_alarm.redis_gone],
      ) : alarm.treat_missing_data == "notBreaching" && tolist(alarm.alarm_actions) == tolist([aws_sns_topic.alarms.arn])
    ])
    error_message = "Silence is no fault, and each alarm is told."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.silence.treat_missing_data == "breaching"
    error_message = "But silence of all receivers is."
  }

  assert {
    condition     = one([for query in aws_cloudwatch_metric_alarm.receiver_errors.metric_query : query.expression if query.id == "percent"]) == "100 * (FILL(internal, 0) + FILL(unavailable, 0) + FILL(saturated, 0)) / (FILL(accepted, 0) + FILL(internal, 0) + FILL(unavailable, 0) + FILL(saturated, 0))"
    error_message = "Our faults, of what senders got right."
  }

  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == aws_kms_key.telemetry.arn && aws_kms_key.telemetry.enable_key_rotation
    error_message = "The topic is encrypted with a key that turns."
  }

  assert {
    condition = toset([
      for statement in jsondecode(aws_kms_key.telemetry.policy).Statement : try(statement.Principal.Service, statement.Principal.AWS)
    ]) == toset(["arn:aws:iam::123456789012:root", "cloudwatch.amazonaws.com", "logs.eu-west-1.amazonaws.com"])
    error_message = "Alarms and logs may use it."
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.kms_key_id == aws_kms_key.telemetry.arn && group.retention_in_days == 30])
    error_message = "Logs are encrypted, and end."
  }

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 7
    error_message = "All widgets are drawn."
  }

  assert {
    condition     = output.collector_environment.EGW_METRIC_LOG_GROUP == "/event-gateway/event-gateway-dev/metrics"
    error_message = "The collector writes to the group that is encrypted."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.mail) == 0
    error_message = "Nobody is asked without an address."
  }
}

run "addresses" {
  command = plan

  variables {
    alarm_addresses = ["ops@example.com"]
  }

  assert {
    condition     = aws_sns_topic_subscription.mail["ops@example.com"].protocol == "email"
    error_message = "An address is subscribed."
  }
}

run "refuses_what_hurts" {
  command = plan

  variables {
    name               = "event gateway"
    region             = "Ireland"
    age_seconds        = 59
    error_percent      = 100
    alarm_addresses    = ["ops"]
    log_retention_days = 0
  }

  expect_failures = [
    var.name,
    var.region,
    var.age_seconds,
    var.error_percent,
    var.alarm_addresses,
    var.log_retention_days,
  ]
}
