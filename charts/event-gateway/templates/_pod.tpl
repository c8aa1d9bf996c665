{{/* What the pods of both apps have in common. */}}

{{/* .root .settings .component .target .app .ports .env .envFrom .volumes .volumeMounts .preStop .readiness */}}
{{- define "egw.podTemplate" -}}
metadata:
  labels:
    {{- include "egw.labels" . | nindent 4 }}
    {{- with .settings.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    # A changed configuration is a new pod.
    checksum/config: {{ include "egw.gatewayYaml" .root | sha256sum }}
    {{- with .settings.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "egw.serviceAccountName" . }}
  # IRSA and Pod Identity bring tokens of their own.
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .settings.terminationGracePeriodSeconds }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    seccompProfile: { type: RuntimeDefault }
  {{- with .root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with .settings.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .settings.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .settings.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .settings.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .settings.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- range . }}
    {{- if .labelSelector }}
    - {{ toYaml . | nindent 6 | trim }}
    {{- else }}
    - {{ toYaml . | nindent 6 | trim }}
      matchLabelKeys: [pod-template-hash]
      labelSelector:
        matchLabels:
          {{- include "egw.selectorLabels" $ | nindent 10 }}
    {{- end }}
    {{- end }}
  {{- end }}
  containers:
    - name: {{ .app }}
      image: {{ include "egw.image" (dict "root" .root "image" .settings.image) }}
      imagePullPolicy: {{ .settings.image.pullPolicy }}
      securityContext:
        {{- toYaml .settings.containerSecurityContext | nindent 8 }}
      env:
        - { name: EGW_CONFIG, value: /etc/event-gateway/gateway.yaml }
        - { name: EGW_INSTANCE, value: {{ include "egw.instance" .root | quote }} }
        - { name: LOG_LEVEL, value: {{ .root.Values.logLevel | quote }} }
        {{- include "egw.neighbours" .root | nindent 8 }}
        {{- with .root.Values.tracing }}
        {{- if .endpoint }}
        - { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ .endpoint | quote }} }
        - { name: OTEL_TRACES_SAMPLER_ARG, value: {{ .ratio | quote }} }
        {{- end }}
        {{- end }}
        {{- with .env }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- with .settings.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with concat (.envFrom | default list) .settings.extraEnvFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        {{- toYaml .ports | nindent 8 }}
      # Slow machines take seconds to compile; a pod that hangs later is found by the other two.
      startupProbe:
        httpGet: { path: /healthz, port: ops }
        periodSeconds: 1
        failureThreshold: 60
      livenessProbe:
        httpGet: { path: /healthz, port: ops }
        periodSeconds: 10
        timeoutSeconds: 5
      readinessProbe:
        httpGet: { path: /readyz, port: ops }
        periodSeconds: 2
        timeoutSeconds: 2
      {{- with .preStopSleepSeconds }}
      lifecycle:
        preStop: { sleep: { seconds: {{ . }} } }
      {{- end }}
      resources:
        {{- toYaml .settings.resources | nindent 8 }}
      volumeMounts:
        - { name: config, mountPath: /etc/event-gateway, readOnly: true }
        {{- with .volumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- with .settings.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with .settings.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: config
      configMap: { name: {{ include "egw.fullname" .root }} }
    {{- with .volumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with .settings.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/* Where SQS and Redis are. */}}
{{- define "egw.neighbours" -}}
{{- if .Values.redis.existingSecret }}
- name: REDIS_URL
  valueFrom: { secretKeyRef: { name: {{ .Values.redis.existingSecret }}, key: {{ .Values.redis.key }} } }
{{- else }}
- { name: REDIS_URL, value: {{ .Values.redis.url | quote }} }
{{- end }}
- { name: AWS_REGION, value: {{ .Values.aws.region | quote }} }
{{- with .Values.aws.endpointUrl }}
- { name: AWS_ENDPOINT_URL_SQS, value: {{ . | quote }} }
{{- end }}
{{- with .Values.aws.existingSecret }}
{{- range list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ $.Values.aws.existingSecret }}, key: {{ . }} } }
{{- end }}
{{- end }}
{{- end }}

{{/* The file that both apps read. */}}
{{- define "egw.gatewayYaml" -}}
{{- $targets := dict }}
{{- range $name, $target := .Values.targets }}
{{- $_ := set $targets $name (omit $target "dispatcher" "existingSecret") }}
{{- end }}
{{- $auth := dict "allowAnonymous" true }}
{{- if not .Values.auth.allowAnonymous }}
{{- $auth = dict }}
{{- with .Values.auth.existingSecret }}
{{- $_ := set $auth "apiKeys" (dict "file" (printf "/etc/event-gateway-keys/%s" $.Values.auth.key)) }}
{{- end }}
{{- end }}
{{- range $way := list "jwt" "sts" "webhooks" }}
{{- with index $.Values.auth $way }}{{ $_ := set $auth $way . }}{{ end }}
{{- end }}
{{- $gateway := dict "enrich" .Values.gateway.enrich "inbound" .Values.gateway.inbound "auth" $auth "targets" $targets }}
{{- range $part := list "cors" "metrics" "tls" "tracing" }}
{{- with index $.Values.gateway $part }}{{ $_ := set $gateway $part . }}{{ end }}
{{- end }}
{{- with .Values.gateway.schemas }}
{{- $schemas := dict }}
{{- range $type, $_ := . }}{{ $_ := set $schemas $type (printf "schema-%s.json" $type) }}{{ end }}
{{- $_ := set $gateway "schemas" $schemas }}
{{- end }}
{{- toYaml $gateway }}
{{- end }}
