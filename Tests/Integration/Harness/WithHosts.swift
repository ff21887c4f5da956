import Testing

/// All tests that start hosts; one after another, because a host wants the machine for itself.
@Suite(.serialized, .timeLimit(.minutes(10))) struct WithHosts {}
