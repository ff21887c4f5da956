/// Two reports side by side.
package struct LabComparison: Sendable, Hashable, Codable {
  /// One figure in both.
  package struct Row: Sendable, Hashable, Codable {
    package var name: String
    package var unit: String
    package var first: Double?
    package var second: Double?

    /// How much the second is more than the first.
    package var difference: Double? {
      guard let first, let second else { return nil }
      return second - first
    }
  }

  /// Why the two are not alike in what they were asked; empty when they are.
  package var cautions: [String]
  package var rows: [Row]

  package init(_ first: LabReport, _ second: LabReport) {
    cautions = Self.cautions(first.setup, second.setup)
    rows = []
    add(money: first.money, second.money)
    add(trading: first, second)
    add("rebuilds", first.grid.rebuilds, second.grid.rebuilds)
    add("bundles", first.bundles, second.bundles)
    add("refusals", first.refusals, second.refusals)
    add("fills", first.trading.reasons, second.trading.reasons)
    for name in Set((first.jobs + second.jobs).map(\.job)).sorted() {
      add(
        "slots of \(name)", first.jobs.first { $0.job == name }?.outcomes ?? [:],
        second.jobs.first { $0.job == name }?.outcomes ?? [:])
    }
  }

  private static func cautions(_ first: SetupFacts, _ second: SetupFacts) -> [String] {
    var cautions: [String] = []
    func check(_ what: String, _ left: String, _ right: String) {
      if left != right { cautions.append("\(what): \(left) against \(right)") }
    }
    check("scenario", first.scenario, second.scenario)
    check("seed", "\(first.seed)", "\(second.seed)")
    check("seconds", "\(first.seconds)", "\(second.seconds)")
    check("replay", first.replay ?? "none", second.replay ?? "none")
    check("table", first.tableDigest, second.tableDigest)
    for plugin in Set(first.plugins.keys).union(second.plugins.keys).sorted()
    where first.plugins[plugin] != second.plugins[plugin] {
      cautions.append("plugin \(plugin): another build")
    }
    return cautions
  }

  private mutating func add(money first: MoneyFacts, _ second: MoneyFacts) {
    let figures: [(String, (MoneyFacts) -> Int64)] = [
      ("result", \.result), ("equity at the end", \.equityEnd),
      ("holding's equity at the end", \.heldEquityEnd), ("deepest drawdown", \.drawdown),
      ("realised, first in first out", \.realisedFIFO), ("realised, average", \.realisedAverage),
      ("costs", \.costSum),
    ]
    for (name, figure) in figures {
      add(name, "SOL", Double(figure(first)) / 1e9, Double(figure(second)) / 1e9)
    }
    for kind in Set(first.costs.keys).union(second.costs.keys).sorted() {
      add(
        "cost: \(kind)", "SOL", first.costs[kind].map { Double($0) / 1e9 },
        second.costs[kind].map { Double($0) / 1e9 })
    }
  }

  private mutating func add(trading first: LabReport, _ second: LabReport) {
    let figures: [(String, String, (LabReport) -> Double)] = [
      ("volume", "SOL", { Double($0.trading.volume) / 1e9 }),
      ("fills in all", "", { Double($0.trading.fills) }),
      ("orders placed", "", { Double($0.grid.placed) }),
      ("orders cancelled", "", { Double($0.grid.cancelled) }),
      ("orders dropped", "", { Double($0.grid.dropped) }),
      ("time quoted", "%", { $0.grid.quotedShare * 100 }),
      ("own spread", "bp", { $0.grid.meanSpread }),
      ("bid depth", "SOL", { $0.grid.meanBidDepth / 1e9 }),
      ("ask depth", "SOL", { $0.grid.meanAskDepth / 1e9 }),
      ("highest share of tokens", "%", { $0.grid.highestTokenShare * 100 }),
      ("lowest share of tokens", "%", { $0.grid.lowestTokenShare * 100 }),
      ("broken invariants", "", { Double($0.invariants.count { !$0.holds }) }),
    ]
    for (name, unit, figure) in figures { add(name, unit, figure(first), figure(second)) }
  }

  private mutating func add(_ group: String, _ first: [String: Int], _ second: [String: Int]) {
    for name in Set(first.keys).union(second.keys).sorted() {
      add("\(group): \(name)", "", Double(first[name] ?? 0), Double(second[name] ?? 0))
    }
  }

  private mutating func add(_ name: String, _ unit: String, _ first: Double?, _ second: Double?) {
    rows.append(Row(name: name, unit: unit, first: first, second: second))
  }
}
