/// One measurement that `bench` can take.
struct Measurement: Sendable {
  let name: String
  /// Takes it and returns the figures by name; see `Benchmarks/measures.py` for what they mean.
  let take: @Sendable (Arguments, Surroundings) async throws -> [String: Double]

  static let all = [
    Measurement(name: "dispatch", take: DispatchMeasurement.take),
    Measurement(name: "round-trip", take: RoundTripMeasurement.take),
    Measurement(name: "reload", take: ReloadMeasurement.take),
    Measurement(name: "upgrade", take: UpgradeMeasurement.take),
    Measurement(name: "worker-kill", take: WorkerKillMeasurement.take),
    Measurement(name: "rest", take: RestMeasurement.take),
    Measurement(name: "reload-soak", take: ReloadSoakMeasurement.take),
    Measurement(name: "exchange", take: ExchangeMeasurement.take),
    Measurement(name: "stream", take: ExchangeMeasurement.writeStream),
    Measurement(name: "pivot", take: PivotMeasurement.take),
    Measurement(name: "submission", take: SubmissionMeasurement.take),
    Measurement(name: "lab-replay", take: LabMeasurement.replay),
    Measurement(name: "lab-orders", take: LabMeasurement.orders),
  ]
}

extension Commands {
  /// What `make bench` runs: the host measures itself with its real parts and worker processes.
  static let bench = Command(
    name: "bench", summary: "Measure the host; ends in one line of JSON",
    operands: [
      Command.Operand(name: "NAME", help: "what to measure, see --list", isOptional: true)
    ],
    options: [
      Command.Option(name: "list", help: "print the names of all measurements"),
      Command.Option(name: "jobs", value: "N", help: "jobs in the table (10000)"),
      Command.Option(name: "duration", value: "S", help: "seconds that are measured (10)"),
      Command.Option(name: "reloads", value: "N", help: "reloads of the soak (10000)"),
      Command.Option(name: "file", value: "FILE", help: "where the stream goes", completion: .file),
      Command.Option(name: "keep", help: "keep the folder with table, log and store"),
    ],
    isHidden: true
  ) { arguments, surroundings in
    if arguments.switches.contains("list") {
      surroundings.output.line(Measurement.all.map(\.name).joined(separator: " "))
      return .success
    }
    let names = Measurement.all.map(\.name)
    guard let name = arguments.operand(0) else {
      throw UsageError("bench needs one of \(names.joined(separator: ", "))")
    }
    guard let measurement = Measurement.all.first(where: { $0.name == name }) else {
      throw UsageError("there is no measurement '\(name)'\(near(name, names))")
    }
    let figures = try await measurement.take(arguments, surroundings)
    surroundings.output.line(try JSONText.encode(figures.mapValues(rounded)))
    return .success
  }

  private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}

extension Arguments {
  /// The seconds behind `--duration`.
  ///
  /// - Throws: `UsageError` when what stands there is no such number.
  func duration(default fallback: Double) throws(UsageError) -> Duration {
    guard let text = values["duration"] else { return .seconds(fallback) }
    guard let seconds = Double(text), (0.1...86_400).contains(seconds) else {
      throw UsageError("--duration takes seconds from 0.1 to 86400, not '\(text)'")
    }
    return .seconds(seconds)
  }
}
