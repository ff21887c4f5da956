// swift-tools-version: 6.2
import PackageDescription

/// The floors of the house: a module may import what stands in its row, and nothing else.
///
/// `swift build --explicit-target-dependency-import-check error` enforces it for Swift modules,
/// the architecture test for C modules and plugins.
let floors: [(module: String, imports: [String])] = [
  // 1, then 2
  ("Isolation", ["CEventLoop"]),
  ("Telemetry", ["Isolation"]),
  // 3
  ("JobTable", ["Isolation", "Telemetry", "CYAML", "CInotify"]),
  ("Wire", ["Isolation", "Telemetry"]),
  ("Storage", ["Isolation", "Telemetry", "CSQLite"]),
  ("HotState", ["Isolation", "Telemetry"]),
  ("Network", ["Isolation", "Telemetry", "CWebSockets"]),
  // 4
  ("Market", ["Isolation", "Telemetry", "HotState"]),
  ("Bundles", ["Isolation", "Telemetry", "Storage"]),
  // 5
  ("Scheduler", ["Isolation", "Telemetry", "JobTable"]),
  ("Supervisor", ["Isolation", "Telemetry", "JobTable", "Wire", "CSpawn"]),
  ("Worker", ["Isolation", "Wire", "CSandbox"]),
  ("Exchange", ["Isolation", "Telemetry", "Bundles", "Market"]),
  // 6
  (
    "Lab",
    [
      "Isolation", "Telemetry", "JobTable", "Wire", "HotState", "Market", "Bundles", "Scheduler",
      "Worker", "Exchange",
    ]
  ),
]

/// The shipped plugins, one dynamic library each.
let plugins = [
  "GridRebalancer", "FlashVolume", "MarketNoise", "RentRecovery", "FinancialInjection",
  "EntropyRefresh", "TargetControl", "MarketCreator",
]

/// Plugins that exist for tests and benchmarks only.
let fixtures = ["Misbehaving", "Idle"]

/// Whoever builds what ships says so, and finds no fixtures among the plugins.
let isShipping = Context.environment["GRIDKEEPER_BUILD"] == "shipping"
let hosted = plugins + (isShipping ? [] : fixtures)

let libraries: [(module: String, pkgConfig: String?, apt: String?)] = [
  ("CEventLoop", nil, nil), ("CInotify", nil, nil), ("CSpawn", nil, nil), ("CSandbox", nil, nil),
  ("CYAML", "yaml-0.1", "libyaml-dev"), ("CSQLite", "sqlite3", "libsqlite3-dev"),
  ("CWebSockets", nil, "libwebsockets-dev"),
]

let testSettings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .treatWarning("ExplicitSendable", as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let settings = testSettings + [.strictMemorySafety()]
let contract: Target.Dependency = .product(name: "PluginAPI", package: "PluginAPI")

var targets: [Target] = libraries.map { library in
  .systemLibrary(
    name: library.module, path: "Sources/Host/CLibraries/\(library.module)",
    pkgConfig: library.pkgConfig, providers: library.apt.map { [.apt([$0])] })
}
for floor in floors {
  targets += [
    .target(
      name: floor.module, dependencies: [contract] + floor.imports.map { .byName(name: $0) },
      path: "Sources/Host/\(floor.module)", swiftSettings: settings),
    .testTarget(
      name: "\(floor.module)Tests",
      dependencies: [.byName(name: floor.module), "TestSupport", contract]
        + floor.imports.filter { !$0.hasPrefix("C") }.map { .byName(name: $0) },
      path: "Tests/Host/\(floor.module)Tests", swiftSettings: testSettings),
  ]
}
for plugin in plugins {
  targets += [
    .target(
      name: plugin, dependencies: [contract], path: "Sources/Plugins/\(plugin)",
      exclude: ["README.md", "sample.yaml"], swiftSettings: settings),
    .testTarget(
      name: "\(plugin)Tests", dependencies: [.byName(name: plugin), contract],
      path: "Tests/Plugins/\(plugin)Tests", swiftSettings: testSettings),
  ]
}
for fixture in hosted where !plugins.contains(fixture) {
  targets.append(
    .target(
      name: fixture, dependencies: [contract], path: "Tests/Fixtures/\(fixture)",
      swiftSettings: testSettings))
}
let everything: [Target.Dependency] = [contract] + floors.map { .byName(name: $0.module) }
targets += [
  .executableTarget(
    name: "Gridkeeper", dependencies: everything, path: "Sources/Host/Gridkeeper",
    swiftSettings: settings),
  .executableTarget(
    name: "GridBenchmark", dependencies: [contract, "GridRebalancer"], path: "Benchmarks/grid",
    swiftSettings: testSettings, linkerSettings: [.linkedLibrary("m")]),
  .target(
    name: "TestSupport", dependencies: [contract, "Isolation"], path: "Tests/TestSupport",
    swiftSettings: testSettings),
  .testTarget(
    name: "ArchitectureTests", path: "Tests/Architecture", swiftSettings: testSettings),
  .testTarget(
    name: "IntegrationTests",
    dependencies: everything + ["TestSupport", "Gridkeeper"]
      + hosted.map { .byName(name: $0) },
    path: "Tests/Integration", swiftSettings: testSettings),
]

let package = Package(
  name: "gridkeeper",
  products: [
    .executable(name: "gridkeeper", targets: ["Gridkeeper"]),
    .executable(name: "grid-benchmark", targets: ["GridBenchmark"]),
  ] + hosted.map { .library(name: $0, type: .dynamic, targets: [$0]) },
  dependencies: [.package(path: "Sources/PluginAPI")],
  targets: targets
)
