output "topic_arn" {
  description = "ARN of the topic that alarms are published to."
  value       = aws_sns_topic.alarms.arn
}

output "kms_key_arn" {
  description = "ARN of the key of topic and logs; log groups whose names begin with /event-gateway/ may use it."
  value       = aws_kms_key.telemetry.arn
}

output "log_group_arns" {
  description = "ARNs of the log groups, by apps and metrics."
  value       = { for name, group in aws_cloudwatch_log_group.this : name => group.arn }
}

output "collector_environment" {
  description = "Variables that collector.yaml asks for, but for EGW_NAMESPACE, which is the gateway's."
  value = {
    AWS_REGION           = var.region
    EGW_METRIC_NAMESPACE = local.metric_namespace
    EGW_METRIC_LOG_GROUP = aws_cloudwatch_log_group.this["metrics"].name
  }
}
