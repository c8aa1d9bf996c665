# Copy it to terraform.tfvars.
account_id     = "123456789012"
region         = "eu-west-1"
subject_prefix = "repo:example@1234/event-gateway@5678"
repository_id  = "5678"
state_bucket   = "example-event-gateway-state"
