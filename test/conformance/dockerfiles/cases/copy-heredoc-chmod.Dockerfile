FROM test/corpus:1
COPY --chmod=755 --chown=5:6 <<EOF /x/run
#!/bin/sh
EOF
