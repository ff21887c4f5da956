import Foundation
import Testing

@testable import JobTable

/// What a reload is about to change.
@Suite struct TableDiffTests {
  private func table(_ text: String, environment: [String: String] = [:]) throws -> JobTable {
    try #require(load("version: 1\n" + text, environment: environment).table)
  }

  @Test func everyKindOfChangeIsNamed() throws {
    let old = try table(
      """
      storage: { database: "postgres://me:pw@host/db" }
      risk: { price_band: 50% }
      groups: { solana: 2 }
      jobs:
        gone: { plugin: Idle, every: 1s }
        same: { plugin: Idle, every: 5s }
        grid: { plugin: Grid, every: 1s, timeout: 20s, parameters: { levels: 16, api_key: aaa, old: x } }
        off: { plugin: Idle, every: 1s }
      """)
    let new = try table(
      """
      storage: { database: b.db }
      risk: { price_band: 40% }
      jobs:
        off: { plugin: Idle, every: 1s, enabled: false }
        grid:
          plugin: Grid
          every: 2s
          on: [signal.rebuild]
          timeout: 30s
          grant: [trade]
          on_lost: skip
          parameters: { levels: 24, api_key: bbb, new: y }
        same: { every: 5s, plugin: Idle }
        report: { plugin: Report, cron: "0 9 * * MON-FRI" }
      """)
    let diff = TableDiff(from: old, to: new)
    #expect(
      diff.text == """
        + report (Report, cron "0 9 * * MON-FRI")
        - gone (Idle, every 1s)
        ~ grid
            every: 1s -> 2s
            on: none -> [signal.rebuild]
            timeout: 20s -> 30s
            grant: none -> [trade]
            parameters.api_key: changed (secret)
            parameters.levels: 16 -> 24
            parameters.new: none -> y
            parameters.old: x -> none
        ~ off
            enabled: true -> false
        ~ risk.price_band: 50% -> 40%
        ~ storage.database: postgres://me:••••••@host/db -> b.db (needs a restart)
        ~ groups.solana: 2 -> none
        jobs: 1 added, 1 removed, 2 changed, 1 unchanged; settings: 3 changed, 1 of them need a restart
        """)
    #expect(diff.changed.first?.aspects == [.cadence, .policy, .grants, .parameters])
    #expect(diff.restarts.map(\.key) == ["storage.database"])
    let data = try JSONEncoder().encode(diff)
    #expect(try JSONDecoder().decode(TableDiff.self, from: data) == diff)
  }

  @Test func orderCommentsAndPlacesAreNoChange() throws {
    let old = try table(
      "jobs:\n  a: { plugin: Idle, every: 60s }\n  b: { plugin: Idle, at: 2030-01-01T00:00:00Z }\n")
    let new = try table(
      "# moved\njobs:\n\n  b: { at: '2030-01-01T01:00:00+01:00', plugin: Idle }\n  a: { every: 1m, plugin: Idle }\n"
    )
    let diff = TableDiff(from: old, to: new)
    #expect(diff.isEmpty && diff.unchanged == 2 && diff.text == "nothing changed")
    #expect(old.digest == new.digest)
    #expect(old.jobs["a"]?.digest == new.jobs["a"]?.digest)
  }

  @Test(arguments: ["every: 2s", "every: 1s\nparameters: { a: 1 }", "every: 1s\npriority: 1"])
  func digestsTellChangesApart(keys: String) throws {
    let before = try #require(load(job: "every: 1s").table)
    let after = try #require(load(job: keys).table)
    #expect(before.jobs["one"]?.digest != after.jobs["one"]?.digest)
    #expect(before.digest != after.digest)
  }

  @Test func digestsAreTheSameInEveryProcess() {
    #expect(StableDigest.of(Array("gridkeeper".utf8)) == 2_887_405_469_239_600_014)
    #expect(StableDigest.of([]) != StableDigest.of([0]))
    #expect(StableDigest.of([0]) != StableDigest.of([0, 0]))
    #expect(load(job: "every: 1s").table?.jobs["one"]?.digest == 8_561_717_555_424_679_123)
  }

  @Test func secretsBySchemaAreMasked() throws {
    let old = try table(
      "jobs: { a: { plugin: FlashVolume, every: 1s, parameters: { phrase: sesame } } }")
    let new = try table(
      "jobs: { a: { plugin: FlashVolume, every: 1s, parameters: { phrase: open } } }")
    let diff = TableDiff(from: old, to: new, catalog: .sample)
    #expect(diff.changed.first?.changes.map(\.old) == [Masking.mask])
    #expect(!"\(diff)".contains("sesame"))
  }

  @Test func secretsFromTheEnvironmentAreMasked() throws {
    let text = "jobs: { a: { plugin: X, every: 1s, parameters: { p: \"${API_KEY}\" } } }"
    let diff = TableDiff(
      from: try table(text, environment: ["API_KEY": "hunter2"]),
      to: try table(text, environment: ["API_KEY": "hunter3"]))
    #expect(diff.changed.count == 1 && !"\(diff)\(diff.text)".contains("hunter"))
  }
}
