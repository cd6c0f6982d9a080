FROM test/corpus:1
ENV A=\$HOME B="\$HOME" C='$HOME' D=$$ E=a$
