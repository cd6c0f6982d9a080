FROM --platform=linux/amd64 test/corpus:1
