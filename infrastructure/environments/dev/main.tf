locals {
  name = "event-gateway-dev"
}

module "installation" {
  source = "../../modules/installation"

  name         = local.name
  region       = var.region
  cluster_name = var.cluster_name
  mechanism    = var.mechanism
  targets      = var.targets

  # One small node: while it is replaced no calls are made, and what it knew is over within the windows of the limits.
  redis              = { node_type = "cache.t4g.micro", replicas = 0 }
  log_retention_days = 7

  receiver_secret_arns     = var.receiver_secret_arns
  operator_principal_arns  = var.operator_principal_arns
  permissions_boundary_arn = var.permissions_boundary_arn
  alarm_addresses          = var.alarm_addresses
}
