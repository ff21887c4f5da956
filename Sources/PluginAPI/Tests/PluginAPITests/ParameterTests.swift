import Testing

@_spi(Host) import PluginAPI

private struct Sample: Job {
  static let kind: JobKind = "sample"
  static let summary = "A sample."
  @Parameter("A size", in: 0.001...10) var size: SOL = 0.1
  @Parameter("A pause") var pauseTime: Duration = .seconds(5400)
  @Parameter("A width", in: 0...100) var buyWidth: Percent = 15
  func run(_ run: Run) async throws -> Outcome { .done("\(size)") }
}

@Suite struct ParameterTests {
  let sample = JobDescriptor(Sample.self)

  @Test func schemasComeFromTheProperties() {
    #expect(sample.parameters.map(\.name) == ["size", "pause_time", "buy_width"])
    #expect(sample.parameters.map(\.fallback) == ["0.1 SOL", "1h30m", "15%"])
    #expect(sample.parameters[0].minimum == "0.001 SOL")
  }

  @Test func valuesAreBound() async throws {
    let job = try sample.make(["size": "2.5 SOL"])
    #expect(try await TestRun().run(job) == .done("2.5 SOL"))
  }

  @Test func aBoundValueDoesNotLeakIntoTheNextJob() async throws {
    _ = try sample.make(["size": "2.5 SOL"])
    #expect(try await TestRun().run(sample.make([:])) == .done("0.1 SOL"))
  }

  @Test func allProblemsAreReportedAtOnce() {
    #expect(throws: ParameterProblems.self) {
      try sample.make(["size": "11 SOL", "pause_time": "5 parsecs", "colour": "red"])
    }
    do throws(ParameterProblems) {
      _ = try sample.make(["size": "11 SOL", "pause_time": "5 parsecs", "colour": "red"])
    } catch {
      #expect(error.problems.map(\.parameter) == ["colour", "size", "pause_time"])
    }
  }

  @Test(arguments: [
    ("0.1 SOL", 100_000_000), ("0.1", 100_000_000), ("1_000 SOL", 1_000_000_000_000),
    ("-2 SOL", -2_000_000_000), ("9223372036.854775807 SOL", Int64.max),
  ])
  func amountsAreExact(text: String, lamports: Int64) {
    #expect(SOL(parameterText: text)?.count == lamports)
  }

  @Test(arguments: [
    "", "SOL", ".", "1e3", "0.0000000001 SOL", "1 USD", "9223372036.854775808 SOL", "1.2.3", "--1",
  ])
  func nonsenseIsNoAmount(text: String) {
    #expect(SOL(parameterText: text) == nil)
  }

  @Test(arguments: ["250ms", "90s", "1h30m", "7d", "0s", "1m30s250ms"])
  func durationsRoundTrip(text: String) throws {
    let value = try #require(Duration(parameterText: text))
    #expect(Duration(parameterText: value.parameterText) == value)
  }
}
