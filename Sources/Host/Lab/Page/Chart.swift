/// A chart of courses over one time axis, drawn as SVG.
struct Chart: Sendable {
  /// A course and how it is drawn.
  struct Line: Sendable {
    var series: SeriesFacts
    var label: String
    /// A class of the style sheet: `a` to `f`.
    var style: String
    /// Whether the area down to zero is filled.
    var isArea = false
    /// Whether each value holds until the next one.
    var isStepped = false
  }

  /// The area between two courses.
  struct Band: Sendable {
    var lower: SeriesFacts
    var upper: SeriesFacts
    var label: String
    var style: String
  }

  /// Something that happened at a time and a height.
  struct Mark: Sendable {
    var time: Double
    var value: Double
    var style: String
    var title: String
  }

  var title: String
  var unit: String
  var seconds: Double
  var lines: [Line] = []
  var bands: [Band] = []
  var marks: [Mark] = []
  /// Whether zero is always in sight.
  var showsZero = false
  /// The names of marks by their style, for the legend.
  var markLabels: [(style: String, label: String)] = []

  private static let (width, height) = (960.0, 300.0)
  private static let (left, right, top, bottom) = (64.0, 12.0, 10.0, 26.0)

  /// The chart with its caption and legend.
  var html: String {
    """
    <figure><figcaption>\(Markup.text(title)) <small>\(Markup.text(unit))</small></figcaption>
    \(legend)
    \(svg)
    </figure>

    """
  }

  private var legend: String {
    let entries =
      bands.map { ($0.style, $0.label) } + lines.map { ($0.style, $0.label) }
      + markLabels.map { ($0.style, $0.label) }
    guard entries.count > 1 else { return "" }
    let items = entries.map { "<li class=\"\($0.0)\">\(Markup.text($0.1))</li>" }
    return "<ul class=\"legend\">\(items.joined())</ul>"
  }

  private var svg: String {
    let range = valueRange
    let x = Scale(0, max(1, seconds), to: Self.left, Self.width - Self.right)
    let y = Scale(range.low, range.high, to: Self.height - Self.bottom, Self.top)
    var parts = [grid(x, y)]
    parts += bands.map { band($0, x, y) }
    parts += lines.map { line($0, x, y) }
    parts += marks.map { mark($0, x, y) }
    let box = "0 0 \(Int(Self.width)) \(Int(Self.height))"
    return "<svg viewBox=\"\(box)\" role=\"img\" aria-label=\"\(Markup.text(title))\">\n"
      + parts.joined(separator: "\n") + "\n</svg>"
  }

  private var valueRange: (low: Double, high: Double) {
    var values = lines.flatMap(\.series.values) + marks.map(\.value)
    for band in bands { values += band.lower.values + band.upper.values }
    if showsZero || lines.contains(where: \.isArea) { values.append(0) }
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let pad = (high - low) * 0.04
    return (low - (low == 0 ? 0 : pad), high + (high == 0 ? 0 : pad))
  }

  private func grid(_ x: Scale, _ y: Scale) -> String {
    var parts: [String] = []
    for tick in y.ticks(5) {
      let height = Self.place(y(tick))
      parts.append(
        "<path class=\"grid\" d=\"M\(Self.place(x.start)) \(height)H\(Self.place(x.end))\"/>"
          + "<text class=\"y\" x=\"\(Self.place(Self.left - 6))\" y=\"\(height)\">"
          + "\(NumberText.significant(tick))</text>")
    }
    for tick in x.timeTicks(8) {
      let place = Self.place(x(tick))
      parts.append(
        "<path class=\"grid\" d=\"M\(place) \(Self.place(y.end))V\(Self.place(y.start))\"/>"
          + "<text class=\"x\" x=\"\(place)\" y=\"\(Self.place(Self.height - 8))\">"
          + "\(Scale.timeText(tick))</text>")
    }
    return parts.joined(separator: "\n")
  }

  private func line(_ line: Line, _ x: Scale, _ y: Scale) -> String {
    let path = path(line.series, x, y, isStepped: line.isStepped)
    guard !path.isEmpty else { return "" }
    let drawn = "<path class=\"line \(line.style)\" d=\"\(path)\"/>"
    guard line.isArea, let first = line.series.times.first, let last = line.series.times.last
    else { return drawn }
    let ground = Self.place(y(0))
    let area = "\(path)L\(Self.place(x(last))) \(ground)L\(Self.place(x(first))) \(ground)Z"
    return "<path class=\"area \(line.style)\" d=\"\(area)\"/>" + drawn
  }

  private func band(_ band: Band, _ x: Scale, _ y: Scale) -> String {
    let there = path(band.upper, x, y, isStepped: false)
    guard !there.isEmpty else { return "" }
    let back = zip(band.lower.times, band.lower.values).reversed()
      .map { "L\(Self.place(x($0))) \(Self.place(y($1)))" }.joined()
    return "<path class=\"band \(band.style)\" d=\"\(there)\(back)Z\"/>"
  }

  private func mark(_ mark: Mark, _ x: Scale, _ y: Scale) -> String {
    "<circle class=\"mark \(mark.style)\" cx=\"\(Self.place(x(mark.time)))\" "
      + "cy=\"\(Self.place(y(mark.value)))\" r=\"2.5\"><title>\(Markup.text(mark.title))</title>"
      + "</circle>"
  }

  private func path(_ series: SeriesFacts, _ x: Scale, _ y: Scale, isStepped: Bool) -> String {
    var text = ""
    var previous = ""
    for (time, value) in zip(series.times, series.values) {
      let (across, up) = (Self.place(x(time)), Self.place(y(value)))
      if text.isEmpty {
        text = "M\(across) \(up)"
      } else {
        text += isStepped ? "H\(across)V\(up)" : "L\(across) \(up)"
      }
      previous = up
    }
    return previous.isEmpty ? "" : text
  }

  /// A place on the drawing in tenths.
  private static func place(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
  }
}
