output "role_arns" {
  description = "ARNs of the roles for workflows, by push, plan-ENVIRONMENT and deploy-ENVIRONMENT."
  value       = module.release.role_arns
}

output "repository_urls" {
  description = "Where images are pushed to and pulled from, by the repository's name."
  value       = module.release.repository_urls
}

output "boundary_arn" {
  description = "ARN of the policy that bounds all roles a pipeline makes: permissions_boundary_arn of the environments."
  value       = module.release.boundary_arn
}
