terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # What both majors have, and nothing else: from 5.100 on, where they are closest.
      version = ">= 5.100, < 7"
    }
  }
}
