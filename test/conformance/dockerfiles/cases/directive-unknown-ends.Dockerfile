# unknown=1
# escape=`
FROM test/corpus:1
ENV A=a\ b
