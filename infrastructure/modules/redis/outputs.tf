output "endpoint" {
  description = "Host of the node that takes writes."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "url_without_password" {
  description = "REDIS_URL with PASSWORD where the password belongs: what the Secret of the chart holds, once it is put in."
  value       = "rediss://${local.user_name}:PASSWORD@${aws_elasticache_replication_group.this.primary_endpoint_address}:${local.port}"
}

output "user_id" {
  description = "The user whose password is set with `aws elasticache modify-user`."
  value       = aws_elasticache_user.gateway.user_id
}

output "security_group_id" {
  description = "Security group of the nodes."
  value       = aws_security_group.this.id
}

output "node_ids" {
  description = "Names of the nodes, by which CloudWatch knows them."
  value       = [for index in range(1 + var.replicas) : format("%s-%03d", var.name, index + 1)]
}
