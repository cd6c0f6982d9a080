# check=skip=JSONArgsRecommended
FROM test/corpus:1
CMD echo x
