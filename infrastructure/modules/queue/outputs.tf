output "queue_url" {
  description = "URL of the queue: targets.NAME.queue.url of the chart."
  value       = aws_sqs_queue.events.id
}

output "queue_arn" {
  description = "ARN of the queue."
  value       = aws_sqs_queue.events.arn
}

output "queue_name" {
  description = "Name of the queue, by which CloudWatch knows it."
  value       = aws_sqs_queue.events.name
}

output "dead_letter_queue_url" {
  description = "URL of the dead-letter queue: targets.NAME.queue.deadLetterUrl of the chart."
  value       = aws_sqs_queue.dead_letters.id
}

output "dead_letter_queue_arn" {
  description = "ARN of the dead-letter queue."
  value       = aws_sqs_queue.dead_letters.arn
}

output "dead_letter_queue_name" {
  description = "Name of the dead-letter queue, by which CloudWatch knows it."
  value       = aws_sqs_queue.dead_letters.name
}
