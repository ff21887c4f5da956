import FoundationEssentials
import PluginAPI
import Testing

@testable import Gridkeeper

extension Tag {
  /// Takes longer than all others together.
  @Tag static var slow: Self
}

extension WithHosts {
  /// A plugin that somebody writes outside of this project.
  @Suite(.tags(.slow)) struct NewPluginTests {
    @Test func aNewPluginIsBuiltDroppedIntoARunningHostAndRuns() async throws {
      let folder = try HostFolder(plugins: "Idle")
      let table = HostFolder.table("  idle: { plugin: Idle, every: 100ms }")
      try folder.write(table)
      let host = try await HostProcess(folder)
      let package = folder.file("PriceAlert")
      let written = try await host.call("new-plugin", "PriceAlert", "--into", package)
      #expect(written.exit == .success, "\(written.errors)")
      #expect(try await host.call("new-plugin", "PriceAlert", "--into", package).exit == .failure)

      let build = try await CommandCall.run(
        "/usr/bin/env", ["swift", "build", "--package-path", package, "--product", "PriceAlert"],
        environment: folder.environment, limit: .seconds(400))
      try #require(build.code == 0, "\(build.output)\n\(build.errors)")
      try FileManager.default.copyItem(
        atPath: "\(package)/.build/debug/libPriceAlert.so",
        toPath: folder.file("plugins/libPriceAlert.so"))
      try await host.event("PLUGIN_OFFERED") { $0.fields["plugin"] == "PriceAlert" }

      let sample = try folder.read("PriceAlert/sample.yaml")
        .replacing("every: 10s", with: "every: 100ms").split(separator: "\n")
      #expect(sample.contains("price-alert:"))
      try folder.write(table + "\n" + sample.map { "  \($0)" }.joined(separator: "\n"))
      try await host.event("CONFIG_APPLIED")
      let status = try await host.until("the new job runs") { answer in
        answer.job("price-alert")?.lastDetail?.hasPrefix("line ") == true
      }
      #expect(status.job("price-alert")?.failed == 0)
      #expect(status.job("idle")?.failed == 0)
      #expect(status.worker("PriceAlert")?.version == "0.1.0")
      #expect(host.log.contains("\"message\":\"mid 0.0"))
      #expect(try await host.terminate() == .exited(0))
    }
  }
}
