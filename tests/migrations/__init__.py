"""Steps of the migrations: how they run, what they must not do, and a data test for each."""
