output "chart_values" {
  description = "Values of the chart: `npm run infrastructure:values` writes them as a file for helm."
  value       = module.installation.chart_values
}

output "redis_url_without_password" {
  description = "What the Secret event-gateway-redis holds, once the password is in the place of PASSWORD."
  value       = module.installation.redis_url_without_password
}

output "redis_user_id" {
  description = "The user whose password is set with `aws elasticache modify-user`."
  value       = module.installation.redis_user_id
}

output "role_arns" {
  description = "ARNs of all roles."
  value       = module.installation.role_arns
}

output "service_account_annotations" {
  description = "With irsa: annotations of the service accounts of keda and collector, for their own charts."
  value       = module.installation.service_account_annotations
}

output "collector_environment" {
  description = "Variables that modules/observability/collector.yaml asks for."
  value       = module.installation.collector_environment
}

output "alarm_topic_arn" {
  description = "ARN of the topic that alarms are published to."
  value       = module.installation.alarm_topic_arn
}
