{{/* Fails the render with all that is missing, at once. Include it where targets are. */}}
{{- define "egw.checks" -}}
{{- $faults := list }}
{{- $named := or .Values.auth.existingSecret .Values.auth.jwt .Values.auth.sts }}
{{- if not (or $named .Values.auth.webhooks .Values.auth.allowAnonymous) }}
{{- $faults = append $faults "auth: nobody could send. Name the secret that holds keys.json, the hashed API keys, in auth.existingSecret, or give auth.jwt, auth.sts or auth.webhooks, or set auth.allowAnonymous: true for development." }}
{{- end }}
{{- if and $named .Values.auth.allowAnonymous }}
{{- $faults = append $faults "auth: has allowAnonymous: true beside existingSecret, jwt or sts, which would let everybody past them. Leave one out." }}
{{- end }}
{{- if not (or .Values.redis.url .Values.redis.existingSecret) }}
{{- $faults = append $faults "redis: has neither url nor existingSecret. The limit of the fleet and its ledger are kept there." }}
{{- end }}
{{- if not .Values.aws.region }}
{{- $faults = append $faults "aws.region: is empty. Name the region of the queues, such as eu-west-1." }}
{{- end }}
{{- if and (eq .Values.keda.identity "secret") (not .Values.aws.existingSecret) }}
{{- $faults = append $faults "keda.identity: is secret, but aws.existingSecret names none." }}
{{- end }}
{{- if and (eq .Values.keda.identity "role") (not .Values.keda.roleArn) }}
{{- $faults = append $faults "keda.identity: is role, but keda.roleArn is empty." }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- $faults = append $faults "httpRoute.parentRefs: is empty. Name the Gateway that it belongs to." }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- $faults = append $faults "ingress.hosts: is empty. Name the hosts at which events come in." }}
{{- end }}
{{- with $faults }}
{{- fail (printf "\nThe values cannot be installed:\n  - %s" (join "\n  - " .)) }}
{{- end }}
{{- end }}
