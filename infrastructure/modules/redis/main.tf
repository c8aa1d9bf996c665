# A Redis for limit and ledger: one node or more, of one shard, as scripts touch several keys at once.

locals {
  # The line of docs/redis.acl, which the tests hold to what is really called, without what ElastiCache says by other
  # means: the user's name and the hash of its password.
  acl_line      = trimspace(file("${path.module}/../../../docs/redis.acl"))
  user_name     = split(" ", local.acl_line)[1]
  access_string = regex("^user \\S+ on #\\S+ (?:resetkeys )?(.*)$", local.acl_line)[0]

  port = 6379
  # Replicas in other zones make a failover of seconds out of an outage.
  is_replicated = var.replicas > 0
}

resource "aws_elasticache_parameter_group" "this" {
  name        = var.name
  description = "Event Gateway: keeps what it was given"
  family      = "${var.engine}${split(".", var.engine_version)[0]}"

  # Evicting a part of limit or ledger would let calls be made twice, or too many of them. A full Redis refuses writes
  # instead, and no call is made.
  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }
}

# A password of the beginning that nobody is told: the state knows it, so it must be worth nothing. It is replaced with
# `aws elasticache modify-user` by whoever writes the Secret of the chart; later ones are of no concern here.
resource "aws_elasticache_user" "gateway" {
  user_id       = "${var.name}-gateway"
  user_name     = local.user_name
  engine        = var.engine
  access_string = "on ${local.access_string}"

  authentication_mode {
    type      = "password"
    passwords = [sha256(uuid())]
  }

  lifecycle {
    ignore_changes = [authentication_mode]
  }
}

# A group of Redis must hold a user of this name, and the one that ElastiCache brings may do everything.
resource "aws_elasticache_user" "default" {
  user_id       = "${var.name}-default"
  user_name     = "default"
  engine        = var.engine
  access_string = "off ~* -@all"

  authentication_mode {
    type      = "password"
    passwords = [sha256(uuid())]
  }

  lifecycle {
    ignore_changes = [authentication_mode]
  }
}

resource "aws_elasticache_user_group" "this" {
  user_group_id = var.name
  engine        = var.engine
  user_ids      = [aws_elasticache_user.default.user_id, aws_elasticache_user.gateway.user_id]
}

resource "aws_elasticache_subnet_group" "this" {
  name        = var.name
  description = "Event Gateway"
  subnet_ids  = var.subnet_ids
}

resource "aws_security_group" "this" {
  name        = "${var.name}-redis"
  description = "Redis of Event Gateway: taken from its pods, and nothing let out"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = var.client_security_group_ids

  security_group_id            = aws_security_group.this.id
  description                  = "Redis from ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_cloudwatch_log_group" "slow" {
  name              = "/event-gateway/${var.name}/redis-slow"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id = var.name
  description          = "Limit and ledger of Event Gateway"

  engine               = var.engine
  engine_version       = var.engine_version
  node_type            = var.node_type
  parameter_group_name = aws_elasticache_parameter_group.this.name
  port                 = local.port

  num_cache_clusters         = 1 + var.replicas
  automatic_failover_enabled = local.is_replicated
  multi_az_enabled           = local.is_replicated

  subnet_group_name  = aws_elasticache_subnet_group.this.name
  security_group_ids = [aws_security_group.this.id]
  user_group_ids     = [aws_elasticache_user_group.this.user_group_id]

  transit_encryption_enabled = true
  at_rest_encryption_enabled = true
  kms_key_id                 = var.kms_key_arn

  # A copy of yesterday would bring back calls that were made since: it is for the forensics, and not restored.
  snapshot_retention_limit   = var.snapshot_retention_days
  auto_minor_version_upgrade = true
  maintenance_window         = var.maintenance_window
  apply_immediately          = false

  log_delivery_configuration {
    destination      = aws_cloudwatch_log_group.slow.name
    destination_type = "cloudwatch-logs"
    log_format       = "json"
    log_type         = "slow-log"
  }
}
