print("gridkeeper")
