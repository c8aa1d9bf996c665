mock_provider "aws" {}

variables {
  name                      = "event-gateway-dev"
  node_type                 = "cache.t4g.micro"
  vpc_id                    = "vpc-1"
  subnet_ids                = ["subnet-1", "subnet-2"]
  client_security_group_ids = { nodes = "sg-1" }
  log_kms_key_arn           = "arn:aws:kms:eu-west-1:123456789012:key/logs"
}

run "usual" {
  command = apply

  assert {
    condition     = aws_elasticache_replication_group.this.transit_encryption_enabled && tobool(aws_elasticache_replication_group.this.at_rest_encryption_enabled)
    error_message = "Encrypted on its way and where it rests."
  }

  assert {
    condition     = one(aws_elasticache_parameter_group.this.parameter).name == "maxmemory-policy" && one(aws_elasticache_parameter_group.this.parameter).value == "noeviction" && aws_elasticache_parameter_group.this.family == "valkey8"
    error_message = "Nothing is evicted."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.num_cache_clusters == 2 && aws_elasticache_replication_group.this.multi_az_enabled && aws_elasticache_replication_group.this.automatic_failover_enabled
    error_message = "A replica in another zone takes over."
  }

  assert {
    condition     = aws_elasticache_user.gateway.user_name == "event-gateway" && startswith(aws_elasticache_user.gateway.access_string, "on ~egw:* resetchannels &egw:* -@all +auth ")
    error_message = "The user has the rules of docs/redis.acl."
  }

  assert {
    condition     = startswith(aws_elasticache_user.default.access_string, "off ")
    error_message = "The user that everybody knows is off."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.clients["nodes"].from_port == 6379 && aws_vpc_security_group_ingress_rule.clients["nodes"].referenced_security_group_id == "sg-1"
    error_message = "Only the nodes are let in."
  }

  assert {
    condition     = aws_cloudwatch_log_group.slow.kms_key_id == var.log_kms_key_arn && aws_cloudwatch_log_group.slow.retention_in_days == 30
    error_message = "The log is encrypted, and ends."
  }

  assert {
    condition     = startswith(output.url_without_password, "rediss://event-gateway:PASSWORD@")
    error_message = "TLS, and no password."
  }

  assert {
    condition     = output.node_ids == ["event-gateway-dev-001", "event-gateway-dev-002"]
    error_message = "The nodes as ElastiCache numbers them."
  }
}

run "one_node" {
  command = plan

  variables {
    replicas   = 0
    subnet_ids = ["subnet-1"]
  }

  assert {
    condition     = aws_elasticache_replication_group.this.num_cache_clusters == 1 && !aws_elasticache_replication_group.this.multi_az_enabled && !aws_elasticache_replication_group.this.automatic_failover_enabled
    error_message = "Nobody takes over from a single node."
  }
}

run "redis_and_keys" {
  command = plan

  variables {
    engine         = "redis"
    engine_version = "7.1"
    kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/data"
  }

  assert {
    condition     = aws_elasticache_parameter_group.this.family == "redis7" && aws_elasticache_user.gateway.engine == "redis" && aws_elasticache_replication_group.this.kms_key_id == var.kms_key_arn
    error_message = "Redis' own, under the key."
  }
}

run "refuses_what_hurts" {
  command = plan

  variables {
    name                      = "Event--Gateway"
    engine                    = "memcached"
    node_type                 = "m7g.large"
    replicas                  = 6
    client_security_group_ids = {}
    log_retention_days        = 0
    snapshot_retention_days   = 36
    maintenance_window        = "sometimes"
  }

  expect_failures = [
    var.name,
    var.engine,
    var.node_type,
    var.replicas,
    var.client_security_group_ids,
    var.log_retention_days,
    var.snapshot_retention_days,
    var.maintenance_window,
  ]
}

run "refuses_an_old_engine_and_one_zone_for_two_nodes" {
  command = plan

  variables {
    engine_version = "6.2"
    subnet_ids     = ["subnet-1"]
  }

  expect_failures = [var.engine_version, var.subnet_ids]
}

run "refuses_a_redis_that_elasticache_has_not" {
  command = plan

  variables {
    engine         = "redis"
    engine_version = "8.0"
  }

  expect_failures = [var.engine_version]
}
