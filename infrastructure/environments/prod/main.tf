locals {
  name = "event-gateway-prod"
}

module "installation" {
  source = "../../modules/installation"

  name         = local.name
  region       = var.region
  cluster_name = var.cluster_name
  mechanism    = var.mechanism
  targets      = var.targets

  # A replica in another zone takes over within seconds. `egw capacity` tells which type the ledger needs.
  redis              = { node_type = "cache.m7g.large", replicas = 1, snapshot_retention_days = 1 }
  log_retention_days = 90

  receiver_secret_arns     = var.receiver_secret_arns
  operator_principal_arns  = var.operator_principal_arns
  permissions_boundary_arn = var.permissions_boundary_arn
  alarm_addresses          = var.alarm_addresses
}
