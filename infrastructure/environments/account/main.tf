# What an account has once, and a person applies: repositories for images, and the roles that pipelines take. A pipeline
# that could change these could give itself anything.

module "release" {
  source = "../../modules/release"

  region            = var.region
  oidc_provider_arn = var.oidc_provider_arn
  subject_prefix    = var.subject_prefix
  repository_id     = var.repository_id
  environments      = var.environments
  state_bucket      = var.state_bucket
}
