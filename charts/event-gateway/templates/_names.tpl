{{/* Names, labels and images. */}}

{{- define "egw.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* At most 40 characters: KEDA puts "keda-hpa-" before, and targets' names of up to 40 come behind; see egw.dispatcherName. */}}
{{- define "egw.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "egw.receiverName" -}}
{{ include "egw.fullname" . }}-receiver
{{- end }}

{{/* Of a target, with the root as .root and the target's name as .target. 54 characters leave room for "keda-hpa-". */}}
{{- define "egw.dispatcherName" -}}
{{- $whole := printf "%s-%s" (include "egw.fullname" .root) .target }}
{{- if gt (len $whole) 54 }}
{{- printf "%s-%s" ($whole | trunc 45 | trimSuffix "-") (sha256sum $whole | trunc 8) }}
{{- else }}
{{- $whole }}
{{- end }}
{{- end }}

{{- define "egw.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "egw.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: event-gateway
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* They can never be changed: the component, and of dispatchers the target. */}}
{{- define "egw.selectorLabels" -}}
app.kubernetes.io/name: {{ include "egw.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- with .target }}
event-gateway/target: {{ . }}
{{- end }}
{{- end }}

{{/* metadata of an object: .name, .root, .component, .target, .annotations, and .moreLabels */}}
{{- define "egw.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "egw.labels" . | nindent 2 }}
  {{- with .moreLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "egw.image" -}}
{{- $image := .image }}
{{- if $image.digest }}
{{- printf "%s@%s" $image.repository $image.digest }}
{{- else }}
{{- printf "%s:%s" $image.repository (default .root.Chart.AppVersion $image.tag) }}
{{- end }}
{{- end }}

{{- define "egw.serviceAccountName" -}}
{{- if .settings.serviceAccount.create }}
{{- default (printf "%s-%s" (include "egw.fullname" .root) .component) .settings.serviceAccount.name }}
{{- else }}
{{- default "default" .settings.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "egw.instance" -}}
{{- default (printf "%s/%s" .Release.Namespace .Release.Name) .Values.instance }}
{{- end }}

{{/* What dispatchers of a target are set to: .root, .target. */}}
{{- define "egw.dispatcherSettings" -}}
{{- $own := (index .root.Values.targets .target).dispatcher | default dict }}
{{- mergeOverwrite (deepCopy .root.Values.dispatcher) $own | toYaml }}
{{- end }}
