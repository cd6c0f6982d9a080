FROM --platform=$TARGETPLATFORM test/corpus:1
