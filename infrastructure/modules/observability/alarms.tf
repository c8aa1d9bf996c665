# When somebody is to look. What each means, and what to do, is in docs/runbooks by the alert of the same cause.

locals {
  runbooks = "https://github.com/event-gateway/event-gateway/blob/main/docs/runbooks"

  # SQS' quota for messages of a standard queue that are received and not deleted; beyond it nothing is received.
  in_flight_quota = 120000

  # By `observability/objectives.ts`: what is our fault, and what of all was right.
  faults = ["internal", "unavailable", "saturated"]

  queue_alarms = merge([
    for target, queue in var.queues : {
      "${target}-oldest-message" = {
        says      = "An event for ${target} waits for longer than ${var.age_seconds} s. ${local.runbooks}/EventGatewayEventsTooOld.md"
        metric    = "ApproximateAgeOfOldestMessage"
        queue     = queue.queue_name
        threshold = var.age_seconds
        periods   = 5
      }
      # Not NumberOfMessagesSent: SQS does not count there what it moves by itself.
      "${target}-dead-letters" = {
        says      = "There are dead letters of ${target}. ${local.runbooks}/EventGatewayDeadLetters.md"
        metric    = "ApproximateNumberOfMessagesVisible"
        queue     = queue.dead_letter_queue_name
        threshold = 0
        periods   = 1
      }
      "${target}-in-flight" = {
        says      = "Events of ${target} in flight are near the ${local.in_flight_quota} that SQS allows: beyond, nothing is received."
        metric    = "ApproximateNumberOfMessagesNotVisible"
        queue     = queue.queue_name
        threshold = 0.8 * local.in_flight_quota
        periods   = 5
      }
    }
  ]...)
}

resource "aws_cloudwatch_metric_alarm" "queue" {
  for_each = local.queue_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = "AWS/SQS"
  metric_name         = each.value.metric
  dimensions          = { QueueName = each.value.queue }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = each.value.periods
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  # SQS says nothing of a queue that nobody used for six hours: silence is an idle queue, not a fault.
  treat_missing_data = "notBreaching"
  alarm_actions      = [aws_sns_topic.alarms.arn]
  ok_actions         = [aws_sns_topic.alarms.arn]
}

# SQS' own age leaves out what was received three times and more, which is what waits for a limit. The receiver's does not.
resource "aws_cloudwatch_metric_alarm" "oldest_event" {
  for_each = var.queues

  alarm_name          = "${var.name}-${each.key}-oldest-event"
  alarm_description   = "An event for ${each.key} waits for longer than ${var.age_seconds} s, as the receiver sees it. ${local.runbooks}/EventGatewayEventsTooOld.md"
  namespace           = local.metric_namespace
  metric_name         = "eventgw_queue_oldest_event_age_seconds"
  dimensions          = { target = each.key }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.age_seconds
  # That nothing is told has an alarm of its own, below.
  treat_missing_data = "notBreaching"
  alarm_actions      = [aws_sns_topic.alarms.arn]
  ok_actions         = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "receiver_errors" {
  alarm_name          = "${var.name}-receiver-errors"
  alarm_description   = "More than ${var.error_percent} % of the events that senders get right are not accepted. ${local.runbooks}/EventGatewayAcceptanceBudgetBurn.md"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.error_percent
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  # A minute without events is a minute without errors.
  treat_missing_data = "notBreaching"
  alarm_actions      = [aws_sns_topic.alarms.arn]
  ok_actions         = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "percent"
    label       = "Events not accepted (%)"
    expression  = "100 * (${join(" + ", [for fault in local.faults : "FILL(${fault}, 0)"])}) / (FILL(accepted, 0) + ${join(" + ", [for fault in local.faults : "FILL(${fault}, 0)"])})"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = concat(["accepted"], local.faults)

    content {
      id = metric_query.value

      metric {
        namespace   = local.metric_namespace
        metric_name = "eventgw_events_received_total"
        dimensions  = { result = metric_query.value }
        stat        = "Sum"
        period      = 60
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "redis_gone" {
  alarm_name          = "${var.name}-redis-gone"
  alarm_description   = "Redis does not answer: no calls are made. ${local.runbooks}/EventGatewayLimiterBlind.md"
  namespace           = local.metric_namespace
  metric_name         = "eventgw_redis_up"
  dimensions          = { app = "receiver" }
  statistic           = "Minimum"
  period              = 60
  evaluation_periods  = 2
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  # That nothing is told has an alarm of its own, the next.
  treat_missing_data = "notBreaching"
  alarm_actions      = [aws_sns_topic.alarms.arn]
  ok_actions         = [aws_sns_topic.alarms.arn]
}

# There are always two receivers, and each tells of Redis. Here silence is the fault itself.
resource "aws_cloudwatch_metric_alarm" "silence" {
  alarm_name          = "${var.name}-silence"
  alarm_description   = "No receiver tells anything: none is there, or the collector is gone. ${local.runbooks}/EventGatewayReceiverGone.md"
  namespace           = local.metric_namespace
  metric_name         = "eventgw_redis_up"
  dimensions          = { app = "receiver" }
  statistic           = "SampleCount"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# It evicts nothing: what is full refuses all, and no calls are made.
resource "aws_cloudwatch_metric_alarm" "redis_memory" {
  for_each = toset(var.redis_node_ids)

  alarm_name          = "${var.name}-${each.key}-memory"
  alarm_description   = "The memory of Redis is nearly full. ${local.runbooks}/EventGatewayLedgerFull.md"
  namespace           = "AWS/ElastiCache"
  metric_name         = "DatabaseMemoryUsagePercentage"
  dimensions          = { CacheClusterId = each.key }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  # A node that is being replaced tells nothing.
  treat_missing_data = "notBreaching"
  alarm_actions      = [aws_sns_topic.alarms.arn]
  ok_actions         = [aws_sns_topic.alarms.arn]
}
