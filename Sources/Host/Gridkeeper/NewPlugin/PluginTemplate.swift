/// The files of a new plugin package, which builds and loads as it stands.
struct PluginTemplate {
  let name: PluginName
  /// Where the contract's package lies.
  let contract: String

  /// Paths below the package's folder with their contents.
  var files: [(path: String, text: String)] {
    [
      ("Package.swift", manifest),
      ("Sources/\(name.module)/\(name.module).swift", job),
      ("Tests/\(name.module)Tests/\(name.module)Tests.swift", test),
      ("sample.yaml", sample),
      ("README.md", readme),
      (".gitignore", ".build/\n"),
    ]
  }

  private var manifest: String {
    """
    // swift-tools-version: 6.2
    import PackageDescription

    let package = Package(
      name: "\(name.module)",
      products: [.library(name: "\(name.module)", type: .dynamic, targets: ["\(name.module)"])],
      dependencies: [.package(path: "\(contract)")],
      targets: [
        .target(
          name: "\(name.module)",
          dependencies: [.product(name: "PluginAPI", package: "PluginAPI")]),
        .testTarget(
          name: "\(name.module)Tests",
          dependencies: ["\(name.module)", .product(name: "PluginAPI", package: "PluginAPI")]),
      ]
    )

    """
  }

  private var job: String {
    """
    import PluginAPI

    /// Logs the middle of the market and remembers how often it did.
    public struct \(name.module): Job {
      public static let kind: JobKind = "\(name.kind)"
      public static let summary = "Logs the middle of the market."

      @Parameter("What each line begins with") var greeting = "mid"

      public init() {}

      public func run(_ run: Run) async throws -> Outcome {
        let market = try await run.market
        guard let mid = market.mid else { return .nothingToDo("the book has an empty side") }
        let count = (try await run.state.value("count", as: Int.self) ?? 0) + 1
        try await run.state.set("count", to: count)
        run.log.info("\\(greeting) \\(market.lots.price(mid)) SOL")
        return .done("line \\(count)")
      }
    }

    /// The library's entry; its name carries the plugin and the version of the contract.
    @c(\(name.symbol)_plugin_v1)
    public func \(name.function)Plugin() -> UnsafeMutableRawPointer {
      PluginManifest(name: "\(name.module)", version: "0.1.0", jobs: [\(name.module).self]).exported()
    }

    """
  }

  private var test: String {
    """
    import PluginAPI
    import Testing

    @testable import \(name.module)

    @Suite struct \(name.module)Tests {
      let market = MarketSnapshot(
        slot: 1, time: Timestamp(seconds: 0),
        lots: MarketLots(
          baseLot: TokenAmount(1_000_000), quoteLot: Lamports(100), tokenDecimals: 9,
          minimumSize: BaseLots(1)),
        bids: [BookLevel(price: PriceLots(99), size: BaseLots(10))],
        asks: [BookLevel(price: PriceLots(101), size: BaseLots(10))], trades: [], pivot: nil,
        oracle: nil,
        venue: VenueIdentity(kind: "test", cluster: "test", allowsSyntheticVolume: true))

      @Test func logsTheMiddle() async throws {
        let test = TestRun(market: market)
        #expect(try await test.run(\(name.module)()) == .done("line 1"))
        #expect(try await test.run(\(name.module)()) == .done("line 2"))
        #expect(await test.logs == ["info: mid 0.01 SOL", "info: mid 0.01 SOL"])
      }
    }

    """
  }

  private var sample: String {
    """
    # Copy under `jobs:` in jobs.yaml.
    \(name.kind):
      plugin: \(name.module)
      every: 10s
      parameters:
        greeting: mid

    """
  }

  private var readme: String {
    """
    # \(name.module)

    A Gridkeeper plugin. `swift test` tests it without a host.

    ```sh
    swift build -c release
    cp .build/release/lib\(name.module).so PLUGIN_DIRECTORY/
    ```

    `PLUGIN_DIRECTORY` is what `host.plugins` names in the job table. Then copy `sample.yaml` into the
    table; the running host loads the plugin and starts the job.

    """
  }
}
