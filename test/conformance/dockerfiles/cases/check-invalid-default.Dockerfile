ARG V=1
ARG IMG
FROM ${IMG}
#: --check-only
