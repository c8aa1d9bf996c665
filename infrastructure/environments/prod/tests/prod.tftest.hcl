mock_provider "aws" {
  source = "../../modules/installation/tests"
}

variables {
  account_id   = "123456789012"
  region       = "eu-west-1"
  cluster_name = "prod"
  targets      = { crm = {} }
}

run "usual" {
  command = apply

  assert {
    condition     = output.chart_values.aws.region == "eu-west-1" && keys(output.chart_values.targets) == ["crm"]
    error_message = "The chart's values."
  }
}

run "refuses_another_account" {
  command = plan

  variables {
    account_id = "dev"
  }

  expect_failures = [var.account_id]
}
