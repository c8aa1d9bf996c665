terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }

  # Bucket and region come by -backend-config: they are the account's. The lock is a file beside the state.
  backend "s3" {
    key          = "prod/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region
  # The wrong credentials are refused before anything is changed.
  allowed_account_ids = [var.account_id]

  default_tags {
    # By this tag modules/release lets a pipeline change what has no name.
    tags = { gateway = local.name }
  }
}
