output "role_arns" {
  description = "ARNs of the roles, by receiver, dispatcher, keda, and where they were asked for operator and collector."
  value       = { for name, role in aws_iam_role.this : name => role.arn }
}

output "policies" {
  description = "The policies as they were written, by ROLE/NAME."
  value       = local.documents
}

output "chart_values" {
  description = "What the chart is to know of it: names and annotations of service accounts, and whose role KEDA counts with."
  value = {
    receiver   = { serviceAccount = local.chart_service_accounts.receiver }
    dispatcher = { serviceAccount = local.chart_service_accounts.dispatcher }
    # Always KEDA's own role, which counts and does nothing else. `workload` would lend it the dispatcher's, and does not
    # work with Pod Identity.
    keda = { identity = "operator" }
  }
}

output "service_account_annotations" {
  description = "Annotations of the service accounts outside of the chart, by keda and collector: for irsa, what their charts are to be told."
  value       = { for name in setintersection(["keda", "collector"], keys(local.workloads)) : name => local.annotations[name] }
}
