import PluginAPI

/// What was shown to the operator, and the code that stands for having read it.
struct Preview: Sendable, Hashable, Codable {
  /// How long a code is good for.
  static let life: Duration = .seconds(300)
  private static let key = "preview"
  /// Letters and digits that nobody takes for one another.
  private static let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")

  var plan: RestartPlan
  var code: String
  var expires: Timestamp

  init(_ plan: RestartPlan, _ run: Run) {
    self.plan = plan
    code = Self.code(run.seed ^ UInt64(bitPattern: run.plannedAt.nanoseconds))
    expires = run.now + Self.life
  }

  enum Judgement: Hashable {
    case confirmed
    /// A preview is due; why a code did not count, if there was one.
    case asks(String?)
  }

  /// Whether `code` confirms exactly this plan. It does so once: a code that counts is forgotten.
  static func judge(_ code: String, _ plan: RestartPlan, _ run: Run) async throws -> Judgement {
    guard !code.isEmpty else { return .asks(nil) }
    guard let preview = try await run.state.value(key, as: Preview.self), preview.code == code
    else { return .asks("'\(code)' is not the code of the last preview") }
    guard run.now <= preview.expires else { return .asks("the code '\(code)' came too late") }
    guard preview.plan == plan else {
      return .asks("the plan is no longer the one that '\(code)' stands for")
    }
    try await run.state.remove(key)
    return .confirmed
  }

  func store(_ run: Run) async throws { try await run.state.set(Self.key, to: self) }

  func text(job: String) -> String {
    let present = plan.replaces.isEmpty ? "the present market" : "market \(plan.replaces)"
    let lots = plan.market.lots
    return "a new market '\(plan.market.name)' (base lot \(lots.baseLot), quote lot "
      + "\(lots.quoteLot), fees \(plan.market.makerFee)/\(plan.market.takerFee) millionths) would "
      + "take the place of \(present): all orders are cancelled and settled, \(plan.wallet) locks "
      + "\(plan.rent) of rent, which only closing the market gives back, and tips come to at most "
      + "\(plan.tips). To do it, pause the jobs that quote, set 'confirm: \(code)' in the "
      + "parameters of \(job) within 5 minutes, and trigger it again"
  }

  /// Eight letters, such as `K7QX-2M9P`.
  private static func code(_ seed: UInt64) -> String {
    var mixed = seed &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    let letters = (0..<8).map { alphabet[Int((mixed >> (5 * $0)) & 31)] }
    return String(letters[..<4]) + "-" + String(letters[4...])
  }
}
