/// Reads the Prometheus text format strictly enough to find what a real server would refuse.
enum ExpositionParser {
  struct Family: Equatable {
    var kind: String
    var samples = 0
    var lastValue = 0.0
  }

  struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  static func parse(_ text: String) throws -> [String: Family] {
    guard text.hasSuffix("\n") else { throw Problem(description: "no line end at the end") }
    var families: [String: Family] = [:]
    var current = ""
    var seen: Set<String> = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      if line.hasPrefix("# HELP ") { continue }
      if line.hasPrefix("# TYPE ") {
        let words = line.split(separator: " ").map(String.init)
        guard words.count == 4, isName(words[2]), families[words[2]] == nil else {
          throw Problem(description: "bad or repeated type: \(line)")
        }
        current = words[2]
        families[current] = Family(kind: words[3])
        continue
      }
      let (series, value) = try sample(line)
      let name = String(series.prefix { $0 != "{" })
      guard belongs(name, to: current, families[current]?.kind) else {
        throw Problem(description: "\(name) stands under \(current)")
      }
      guard seen.insert(series).inserted else { throw Problem(description: "twice: \(series)") }
      families[current]?.samples += 1
      families[current]?.lastValue = value
    }
    return families
  }

  private static func sample(_ line: Substring) throws -> (series: String, value: Double) {
    guard let space = line.lastIndex(of: " "),
      let value = number(line[line.index(after: space)...])
    else { throw Problem(description: "no value: \(line)") }
    let series = line[..<space]
    let name = series.prefix { $0 != "{" }
    guard isName(String(name)) else { throw Problem(description: "bad name: \(line)") }
    var rest = series[name.endIndex...]
    guard !rest.isEmpty else { return (String(series), value) }
    rest.removeFirst()
    repeat {
      let label = rest.prefix { $0 != "=" }
      guard isName(String(label)) else { throw Problem(description: "bad label: \(line)") }
      rest = rest[label.endIndex...].dropFirst()
      guard rest.popFirst() == "\"" else { throw Problem(description: "no quote: \(line)") }
      while let character = rest.popFirst(), character != "\"" {
        guard character == "\\" else { continue }
        guard let escaped = rest.popFirst(), "\\\"n".contains(escaped) else {
          throw Problem(description: "bad escape: \(line)")
        }
      }
    } while rest.first == "," && rest.popFirst() != nil
    guard rest == "}" else { throw Problem(description: "labels do not end: \(line)") }
    return (String(series), value)
  }

  private static func number(_ text: Substring) -> Double? {
    switch text {
    case "+Inf": .infinity
    case "-Inf": -.infinity
    case "NaN": .nan
    default: Double(text)
    }
  }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
    return text.unicodeScalars.allSatisfy { scalar in
      ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
        || ("0"..."9").contains(scalar) || scalar == "_" || scalar == ":"
    }
  }

  private static func belongs(_ name: String, to family: String, _ kind: String?) -> Bool {
    if kind != "histogram" { return name == family }
    return ["_bucket", "_sum", "_count"].contains { name == family + $0 }
  }
}
