locals {
  sqs = { for target, queue in var.queues : target => queue }

  # Title, unit and lines of each widget; six to a side of 24 columns.
  widgets = [
    {
      title   = "Events not accepted (a minute)"
      metrics = [for fault in local.faults : [local.metric_namespace, "eventgw_events_received_total", "result", fault, { stat = "Sum" }]]
    },
    {
      title   = "Events accepted (a minute)"
      metrics = [[local.metric_namespace, "eventgw_events_received_total", "result", "accepted", { stat = "Sum" }]]
    },
    {
      title = "Events waiting and in flight"
      metrics = flatten([
        for target, queue in local.sqs : [
          for state in ["Visible", "NotVisible"] :
          { line = ["AWS/SQS", "ApproximateNumberOfMessages${state}", "QueueName", queue.queue_name, { stat = "Maximum" }] }
        ]
      ])[*].line
    },
    {
      title   = "Age of the oldest event (s)"
      metrics = [for target in keys(local.sqs) : [local.metric_namespace, "eventgw_queue_oldest_event_age_seconds", "target", target, { stat = "Maximum" }]]
    },
    {
      title = "Events by their end (a minute)"
      metrics = flatten([
        for target in keys(local.sqs) : [
          for outcome in ["delivered", "duplicate", "dead_lettered"] :
          { line = [local.metric_namespace, "eventgw_events_completed_total", "outcome", outcome, "target", target, { stat = "Sum" }] }
        ]
      ])[*].line
    },
    {
      title   = "Dead letters"
      metrics = [for target, queue in local.sqs : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue.dead_letter_queue_name, { stat = "Maximum" }]]
    },
    {
      title   = "Memory of Redis (%)"
      metrics = [for node in var.redis_node_ids : ["AWS/ElastiCache", "DatabaseMemoryUsagePercentage", "CacheClusterId", node, { stat = "Maximum" }]]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = [
      for index, widget in local.widgets : {
        type   = "metric"
        x      = 12 * (index % 2)
        y      = 6 * floor(index / 2)
        width  = 12
        height = 6
        properties = {
          title   = widget.title
          region  = var.region
          period  = 60
          view    = "timeSeries"
          metrics = widget.metrics
        }
      }
    ]
  })
}
