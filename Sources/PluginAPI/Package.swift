// swift-tools-version: 6.2
import PackageDescription

/// The contract between host and plugins, built once as a dynamic library that both load.
///
/// Library evolution is on: a type that is not marked `@frozen` may grow without breaking plugins
/// that were built before it grew.
let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .treatWarning("ExplicitSendable", as: .error),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
  name: "PluginAPI",
  products: [.library(name: "PluginAPI", type: .dynamic, targets: ["PluginAPI"])],
  targets: [
    .target(
      name: "PluginAPI",
      swiftSettings: settings + [.unsafeFlags(["-enable-library-evolution"])]
    ),
    .testTarget(name: "PluginAPITests", dependencies: ["PluginAPI"], swiftSettings: settings),
  ]
)
