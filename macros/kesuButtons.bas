Option Explicit
' The four buttons. Each says what it did, or why it did nothing.

Private Const MOST_TOLD As Long = 12

Public Sub kesuCheckNow()
    ' Every row of the register, and the figures of the dashboard's first line.
    Dim sheet As Object, text As String, where As String
    On Error GoTo Failed
    Set sheet = kesuRegister(ThisWorkbook)
    If sheet Is Nothing Then
        kesuTell "这个工作簿里找不到“反馈登记”表，或表头不全。"
        Exit Sub
    End If
    kesuForgetLists
    Application.ScreenUpdating = False
    text = kesuReport(sheet, CDbl(Now), where)
    Application.ScreenUpdating = True
    If where <> "" Then
        sheet.Activate
        sheet.Range(where).Select
    End If
    kesuTell text
    Exit Sub
Failed:
    Application.ScreenUpdating = True
    kesuTell "检查没能完成：" & Err.Description
End Sub

Public Function kesuReport(ByVal sheet As Object, ByVal moment As Double, ByRef where As String) As String
    ' What the check says: the figures, how many problems by rule, the first of them. kesuRegister went before.
    Dim row As Long, i As Long, problems() As String, parts() As String, told As String, rules As String, n As Long
    Dim tickets As Long, unfiled As Long, late As Long, soon As Long, wrong As Long, text As String
    kesuRememberNumbers True
    For row = kesuHeaderRow + 1 To kesuLastRow(sheet)
        text = kesuRowProblems(sheet, row, moment)
        If kesuFilled("接收时间") Then
            tickets = tickets + 1
            If Not kesuFilled("归档时间") Then unfiled = unfiled + 1
            If kesuText("状态") = "超时" Then late = late + 1
            If kesuText("状态") = "临近" Then soon = soon + 1
        End If
        If text <> "" Then
            wrong = wrong + 1
            problems = Split(text, vbLf)
            For i = 0 To UBound(problems)
                If problems(i) <> "" Then
                    parts = Split(problems(i), vbTab)
                    n = n + 1
                    rules = Counted(rules, parts(0))
                    If where = "" Then where = kesuAddress(sheet, row, parts(1))
                    If n <= MOST_TOLD Then
                        told = told & vbLf & sheet.Name & "!" & kesuAddress(sheet, row, parts(1)) & " " & parts(2) & _
                            " [" & parts(0) & "]" & vbLf & "      → " & parts(3)
                    End If
                End If
            Next i
        End If
    Next row
    kesuRememberNumbers False
    text = "共 " & tickets & " 单：未归档 " & unfiled & "，超时 " & late & "，临近 " & soon & "（状态以 kesu 上次处理为准）。" & vbLf
    If n = 0 Then
        text = text & "逐行检查没有发现问题。"
    Else
        text = text & wrong & " 行共 " & n & " 处要改：" & Replace(Mid$(rules, 2), "|", ",") & vbLf & told
        If n > MOST_TOLD Then text = text & vbLf & ChrW(&H2026) & " 还有 " & (n - MOST_TOLD) & " 处。改一行，状态栏就会显示这一行还有什么。"
    End If
    kesuReport = text & vbLf & vbLf & "时限、台帐、奖罚等要由 kesu 检查：保存后点“发送”，或等下一次定时处理。"
End Function

Private Function Counted(ByVal rules As String, ByVal rule As String) As String
    ' The tally |RULE n|RULE n… with one more of a rule.
    Dim every() As String, i As Long, there As Boolean, out As String
    every = Split(rules, "|")
    For i = 1 To UBound(every)
        If Left$(every(i), Len(rule) + 1) = rule & " " Then
            every(i) = rule & " " & (CLng(Mid$(every(i), Len(rule) + 2)) + 1)
            there = True
        End If
        out = out & "|" & every(i)
    Next i
    If Not there Then out = out & "|" & rule & " 1"
    Counted = out
End Function

Private Function ChosenRow(ByVal sheet As Object) As Long
    ' The register's row that is selected, read; 0, having said so, when none is.
    If sheet Is Nothing Then
        kesuTell "这个工作簿里找不到“反馈登记”表，或表头不全。"
        Exit Function
    End If
    If ActiveSheet.Name = sheet.Name Then
        If ActiveCell.Row > kesuHeaderRow Then
            kesuRead sheet, ActiveCell.Row
            If kesuHolds() Then ChosenRow = ActiveCell.Row
        End If
    End If
    If ChosenRow = 0 Then kesuTell "请先在“" & sheet.Name & "”里点中要处理的那一单，再点这个按钮。"
End Function

Public Sub kesuPrint()
    ' The form of the selected case: on the sheet that is made for it, else on one that is removed again.
    Dim sheet As Object, form As Object, row As Long, alerts As Boolean, events As Boolean
    events = Application.EnableEvents
    alerts = Application.DisplayAlerts
    On Error GoTo Failed
    Set sheet = kesuRegister(ThisWorkbook)
    row = ChosenRow(sheet)
    If row = 0 Then Exit Sub
    If Not kesuFilled("编号") Then
        kesuTell "第 " & row & " 行还没有编号，编号以后再打印。"
        Exit Sub
    End If
    Set form = kesuSheetNamed(ThisWorkbook, kesuFormSheet())
    If TakesNumber(form) Then
        form.Range(kesuFormCell()).Value = kesuText("编号")
        form.Activate
        kesuPrintSheet form
        Exit Sub
    End If
    Application.EnableEvents = False
    Application.ScreenUpdating = False
    Set form = kesuFormOf(sheet, row)
    Application.ScreenUpdating = True
    kesuPrintSheet form
    Application.DisplayAlerts = False
    form.Delete
    Application.DisplayAlerts = alerts
    sheet.Activate
    Application.EnableEvents = events
    Exit Sub
Failed:
    Application.ScreenUpdating = True
    Application.DisplayAlerts = alerts
    Application.EnableEvents = events
    kesuTell "没能打印：" & Err.Description
End Sub

Private Function TakesNumber(ByVal form As Object) As Boolean
    ' Whether a sheet is the form that shows a case by its number.
    Dim column As Long, cell As Object
    If form Is Nothing Then Exit Function
    Set cell = form.Range(kesuFormCell())
    For column = 1 To cell.Column - 1
        If InStr(1, kesuShown(form.Cells(cell.Row, column).Value), "编号", vbBinaryCompare) > 0 Then TakesNumber = True
    Next column
End Function

Public Function kesuFormOf(ByVal sheet As Object, ByVal row As Long) As Object
    ' A sheet with every filled field of the row that was read, two columns, A4.
    Dim form As Object, i As Long, at As Long
    Set form = ThisWorkbook.Worksheets.Add(After:=sheet)
    form.Columns(1).ColumnWidth = 16
    form.Columns(2).ColumnWidth = 70
    form.Range("A1").Value = "客户信息反馈处理单"
    form.Range("A1").Font.Bold = True
    form.Range("A1").Font.Size = 16
    at = 3
    For i = 0 To UBound(kesuNames)
        If kesuRowFilled(i) And kesuNames(i) <> "提示" Then
            form.Cells(at, 1).Value = kesuNames(i)
            form.Cells(at, 2).NumberFormat = "@"
            If kesuRowTime(i) > 0 Then
                form.Cells(at, 2).Value = kesuClock(kesuRowTime(i))
            Else
                form.Cells(at, 2).Value = kesuRowText(i)
            End If
            at = at + 1
        End If
    Next i
    form.Range("A3:B" & (at - 1)).WrapText = True
    form.Range("A3:B" & (at - 1)).VerticalAlignment = -4160
    form.Range("A3:B" & (at - 1)).Borders.LineStyle = 1
    Set kesuFormOf = form
End Function

Public Sub kesuToPending()
    ' The selected case into both ledgers, with the same facts (STD-12, STD-15).
    Dim sheet As Object, row As Long, names() As String, i As Long, told As String, facts As String, events As Boolean
    events = Application.EnableEvents
    On Error GoTo Failed
    Set sheet = kesuRegister(ThisWorkbook)
    row = ChosenRow(sheet)
    If row = 0 Then Exit Sub
    If Not kesuFilled("编号") Then
        kesuTell "第 " & row & " 行还没有编号，编号以后再转。"
        Exit Sub
    End If
    If kesuText("责任明确") <> "否" Or kesuText("未明原因") = "" Then
        kesuTell "只有责任未明的单才转未了事宜：请先把“责任明确”填“否”，并选“未明原因”（STD-12）。"
        Exit Sub
    End If
    facts = PendingFacts(CDbl(Now))
    names = Split(kesuPendingSheets(), "|")
    For i = 0 To UBound(names)
        If kesuSheetNamed(ThisWorkbook, names(i)) Is Nothing Then
            kesuTell "没有“" & names(i) & "”表，两本台帐要记得一样，所以都没有记。"
            Exit Sub
        End If
    Next i
    facts = Existing(names, facts)
    Application.EnableEvents = False
    For i = 0 To UBound(names)
        told = told & vbLf & "“" & names(i) & "”：" & Entered(kesuSheetNamed(ThisWorkbook, names(i)), names(i), facts)
    Next i
    Application.EnableEvents = events
    kesuTell "未了事宜 " & Split(Split(facts, vbLf)(0), vbTab)(1) & told & vbLf & vbLf & _
        "还要报主管总经理认可，并在两本台帐里填“认可人”和“认可日期”（STD-13）。"
    Exit Sub
Failed:
    Application.EnableEvents = events
    kesuTell "没能转入台帐：" & Err.Description
End Sub

Private Function PendingFacts(ByVal moment As Double) As String
    ' What both ledgers get: header, value, a line each. The number comes first.
    Dim reason As String
    reason = kesuText("内容概要") & ChrW(&HFF08) & kesuText("未明原因") & ChrW(&HFF09)
    PendingFacts = "编号" & vbTab & kesuText("编号") & vbLf & _
        "车牌号" & vbTab & kesuText("车牌号") & vbLf & _
        "客户姓名" & vbTab & kesuText("客户姓名") & vbLf & _
        "事由" & vbTab & Replace(Replace(reason, vbLf, " "), vbTab, " ") & vbLf & _
        "转入日期" & vbTab & Format$(CDate(Int(moment)), "yyyy-mm-dd") & vbLf & _
        "负责人" & vbTab & kesuText("经办人") & vbLf & _
        "状态" & vbTab & "未了"
End Function

Private Function RowOf(ByVal sheet As Object, ByVal number As String) As Long
    ' The last row of a ledger with that number; 0 when none. kesuPlace went before.
    Dim row As Long, column As Long
    column = kesuColumn("编号")
    For row = kesuLastRow(sheet) To kesuHeaderRow + 1 Step -1
        If UCase$(kesuTidy(kesuShown(sheet.Cells(row, column).Value))) = number Then
            RowOf = row
            Exit Function
        End If
    Next row
End Function

Private Function Existing(ByRef names() As String, ByVal facts As String) As String
    ' When one ledger has the case already, the other one gets what stands there.
    Dim i As Long, j As Long, row As Long, sheet As Object, number As String, out As String
    Existing = facts
    number = Split(Split(facts, vbLf)(0), vbTab)(1)
    For i = 0 To UBound(names)
        Set sheet = kesuSheetNamed(ThisWorkbook, names(i))
        If kesuPlace(sheet, names(i)) Then
            row = RowOf(sheet, number)
            If row > 0 Then
                kesuRead sheet, row
                out = "编号" & vbTab & number
                For j = 0 To UBound(kesuNames)
                    If kesuRowFilled(j) And kesuNames(j) <> "编号" And kesuNames(j) <> "备注" Then
                        If kesuRowTime(j) > 0 Then
                            out = out & vbLf & kesuNames(j) & vbTab & Format$(CDate(kesuRowTime(j)), "yyyy-mm-dd")
                        Else
                            out = out & vbLf & kesuNames(j) & vbTab & Replace(Replace(kesuRowText(j), vbLf, " "), vbTab, " ")
                        End If
                    End If
                Next j
                Existing = out
                Exit Function
            End If
        End If
    Next i
End Function

Private Function Entered(ByVal sheet As Object, ByVal table As String, ByVal facts As String) As String
    ' Write a case into one ledger, in the first empty row of its table; says where.
    Dim row As Long, written() As String, parts() As String, i As Long, column As Long, number As String
    If Not kesuPlace(sheet, table) Then
        Entered = "表头不全，没有记"
        Exit Function
    End If
    written = Split(facts, vbLf)
    number = Split(written(0), vbTab)(1)
    row = RowOf(sheet, number)
    If row > 0 Then
        Entered = "第 " & row & " 行已经有这一单"
        Exit Function
    End If
    row = kesuHeaderRow + 1
    For i = kesuLastRow(sheet) To kesuHeaderRow + 1 Step -1
        kesuRead sheet, i
        If kesuHolds() Then
            row = i + 1
            Exit For
        End If
    Next i
    kesuGrow sheet, row
    For i = 0 To UBound(written)
        parts = Split(written(i), vbTab)
        column = kesuColumn(parts(0))
        If column > 0 And parts(1) <> "" Then
            If kesuKinds(kesuIndex(parts(0))) = "DATE" Then
                sheet.Cells(row, column).Value = DateSerial(CLng(Left$(parts(1), 4)), CLng(Mid$(parts(1), 6, 2)), CLng(Mid$(parts(1), 9, 2)))
            Else
                sheet.Cells(row, column).Value = parts(1)
            End If
        End If
    Next i
    Entered = "已记在第 " & row & " 行"
End Function

Private Sub kesuGrow(ByVal sheet As Object, ByVal row As Long)
    ' A table takes in the row below it, where there are tables.
    Dim list As Object
    On Error Resume Next
    For Each list In sheet.ListObjects
        If row = list.Range.Row + list.Range.Rows.Count Then
            list.Resize sheet.Range(list.Range.Cells(1, 1), sheet.Cells(row, list.Range.Column + list.Range.Columns.Count - 1))
        End If
    Next list
End Sub

Public Sub kesuSend()
    ' Save, and let kesu make one pass.
    Dim command As String
    On Error GoTo Failed
    If ThisWorkbook.Path = "" Then
        kesuTell "请先把工作簿保存到磁盘上。"
        Exit Sub
    End If
    command = kesuCommand(ThisWorkbook.Path)
    If command = "" Then
        kesuTell "这台电脑上没有找到 kesu 命令，没有发送。安装方法见 kesu 的 README；没有 kesu 也不影响填表，编号、提醒和汇总由装了 kesu 的电脑处理。"
        Exit Sub
    End If
    kesuSaveFirst ThisWorkbook
    kesuStart command, ThisWorkbook.FullName
    Exit Sub
Failed:
    kesuTell "没能启动 kesu：" & Err.Description
End Sub
