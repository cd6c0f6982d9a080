FROM test/corpus:1
RUN <<EOF
#!/bin/awk -f
BEGIN { print 1+1 > "/out" }
EOF
