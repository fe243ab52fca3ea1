"""Optimizations of a client, each small enough to be put on a user class by itself.

    keep-alive     KeepAlive      mix-in for any user class on Locust's HttpUser
    pool           MatchedPool    mix-in, the same with a pool matched to the concurrency
    compression    Compression    mix-in
    lean client    OptimizedUser  a base class with options: `keep_alive`, `pool_limit`, `encodings`
    HTTP/2         Http2User      a base class, with `connections`

A mix-in stands before the user class: `class MyUser(Compression, MatchedPool, HttpUser)`. The arms that are
composed of them stand in `arms.py`; docs/attribution.md says how to read what each is worth.
"""
