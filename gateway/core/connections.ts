// Every open connection, by id and in the order they came: for operators to list, look at and disconnect. Knows no transport.
