# Copy it to terraform.tfvars.
account_id   = "123456789012"
region       = "eu-west-1"
cluster_name = "prod"
targets = {
  crm = {}
}
alarm_addresses = ["ops@example.com"]
