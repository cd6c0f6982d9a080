FROM test/corpus:1
RUN ["/bin/sh","-c","echo $0 \"q\" > /out"]
