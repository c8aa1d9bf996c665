output "role_arns" {
  description = "ARNs of the roles for workflows, by push, plan-ENVIRONMENT and deploy-ENVIRONMENT."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "repository_urls" {
  description = "Where images are pushed to and pulled from, by the repository's name."
  value       = { for name, repository in aws_ecr_repository.this : name => repository.repository_url }
}

output "boundary_arn" {
  description = "ARN of the policy that bounds all roles a pipeline makes: permissions_boundary_arn of the environments."
  value       = local.boundary_arn
}
