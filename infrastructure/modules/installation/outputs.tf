output "chart_values" {
  description = "Values of the chart that follow from what was made. `npm run infrastructure:values` writes them as a file for helm."
  value = merge(module.identity.chart_values, {
    aws   = { region = var.region }
    redis = { existingSecret = local.redis_secret }
    targets = {
      for target, queue in module.queue : target => {
        queue = { url = queue.queue_url, deadLetterUrl = queue.dead_letter_queue_url }
      }
    }
    metrics = { rules = { objectives = { ageSeconds = var.age_seconds } } }
  })
}

output "redis_url_without_password" {
  description = "What the Secret event-gateway-redis holds, once the password is in the place of PASSWORD."
  value       = module.redis.url_without_password
}

output "redis_user_id" {
  description = "The user whose password is set with `aws elasticache modify-user`."
  value       = module.redis.user_id
}

output "role_arns" {
  description = "ARNs of the roles of receiver, dispatcher, keda, collector, and where they were asked for operator."
  value       = module.identity.role_arns
}

output "service_account_annotations" {
  description = "With irsa: annotations of the service accounts of keda and collector, for their own charts."
  value       = module.identity.service_account_annotations
}

output "collector_environment" {
  description = "Variables that modules/observability/collector.yaml asks for."
  value       = merge(module.observability.collector_environment, { EGW_NAMESPACE = var.namespace })
}

output "alarm_topic_arn" {
  description = "ARN of the topic that alarms are published to."
  value       = module.observability.topic_arn
}
