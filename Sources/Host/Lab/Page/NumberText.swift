import Glibc

/// Numbers as people read them; the same on every machine and in every language.
enum NumberText {
  /// `value` with so many places behind the point and groups of three before it.
  static func fixed(_ value: Double, _ places: Int) -> String {
    guard value.isFinite else { return "–" }
    let scale = pow(10, Double(places))
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let units = Int64(scaled)
    let whole = grouped(units / Int64(scale))
    let sign = value < 0 && units > 0 ? "−" : ""
    guard places > 0 else { return sign + whole }
    let rest = String(units % Int64(scale))
    return sign + whole + "." + String(repeating: "0", count: places - rest.count) + rest
  }

  /// `value` with about so many significant digits.
  static func significant(_ value: Double, _ digits: Int = 4) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "–" }
    let magnitude = Int(floor(log10(abs(value)))) + 1
    let text = fixed(value, min(12, max(0, digits - magnitude)))
    guard text.contains(".") else { return text }
    let trimmed = text.reversed().drop { $0 == "0" }
    return String(trimmed.drop { $0 == "." }.reversed())
  }

  /// Lamports as SOL.
  static func sol(_ lamports: Int64, _ places: Int = 4) -> String {
    fixed(Double(lamports) / 1e9, places)
  }

  /// The same with its sign, for differences.
  static func signedSOL(_ lamports: Int64, _ places: Int = 4) -> String {
    (lamports > 0 ? "+" : "") + sol(lamports, places)
  }

  static func percent(_ share: Double, _ places: Int = 2) -> String {
    fixed(share * 100, places) + " %"
  }

  static func count(_ value: Int) -> String { (value < 0 ? "−" : "") + grouped(Int64(abs(value))) }

  private static func grouped(_ value: Int64) -> String {
    let digits = String(value)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append("\u{202F}") }
      text.append(digit)
    }
    return text
  }
}
