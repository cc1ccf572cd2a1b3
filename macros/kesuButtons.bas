Option Explicit
' The four buttons. Each says what it did, or why it did nothing.

Private Const MOST_TOLD As Long = 12
Private Const MOST_SIGNS As Long = 680

Public Function kesuMenu(ByVal button As Long) As String
    ' Caption, macro and key of a button (0 to 3), divided by bars: for the context menu.
    Select Case button
    Case 0
        kesuMenu = "立即检查|kesuCheckNow|^+j"
    Case 1
        kesuMenu = "打印处理单|kesuPrint|^+d"
    Case 2
        kesuMenu = "转未了事宜|kesuToPending|^+w"
    Case 3
        kesuMenu = "发送|kesuSend|^+m"
    End Select
End Function

Private Sub TellNoRegister()
    kesuTell "这个工作簿里找不到“" & kesuSheetOf(kesuRegisterTable()) & "”表，或表头不全。"
End Sub

Public Sub kesuCheckNow()
    ' Every row of the register, and the figures of the dashboard's first line.
    Dim sheet As Object, text As String, where As String
    On Error GoTo Failed
    Set sheet = kesuRegister(ThisWorkbook)
    If sheet Is Nothing Then
        TellNoRegister
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
    Dim row As Long, i As Long, problems() As String, parts() As String, told() As String, rules As String, n As Long
    Dim tickets As Long, unfiled As Long, late As Long, soon As Long, wrong As Long, past As Long, text As String
    ReDim told(1 To MOST_TOLD)
    kesuRememberNumbers True
    For row = kesuHeaderRow + 1 To kesuLastRow(sheet)
        text = kesuRowProblems(sheet, row, moment)
        If kesuHistoric Then past = past + 1
        If kesuFilled("接收时间") And (kesuLooked Or Not (kesuOwn Or kesuHistoric)) Then
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
                        told(n) = Cut(sheet.Name & "!" & kesuAddress(sheet, row, parts(1)) & " " & parts(2) & " [" & parts(0) & "]", 110) & _
                            vbLf & Cut("      → " & parts(3), 110)
                    End If
                End If
            Next i
        End If
    Next row
    kesuRememberNumbers False
    text = "共 " & tickets & " 单：未归档 " & unfiled & "，超时 " & late & "，临近 " & soon & "（状态以 kesu 上次处理为准）。"
    If past > 0 Then text = text & "另有 " & past & " 单是 " & Format$(CDate(kesuSince()), "yyyy-mm-dd") & " 之前的历史记录，不检查。"
    If n = 0 Then
        kesuReport = text & vbLf & "逐行检查没有发现问题。" & vbLf & KesusPart()
    Else
        text = text & vbLf & Cut(wrong & " 行共 " & n & " 处要改：" & Replace(Mid$(rules, 2), "|", "、"), 200)
        kesuReport = WithSome(text, told, n)
    End If
End Function

Private Function KesusPart() As String
    KesusPart = "时限、台帐、奖罚等要由 kesu 检查：保存后点“发送”，或等下一次定时处理。"
End Function

Private Function WithSome(ByVal text As String, ByRef told() As String, ByVal n As Long) As String
    ' The figures, how many problems are not named here, and as many of the first as a message box shows: it cuts off
    ' what is longer without a sign.
    Dim shown As Long, list As String
    For shown = 1 To MOST_TOLD
        If shown > n Then Exit For
        If Len(text) + Len(list) + Len(told(shown)) > MOST_SIGNS Then Exit For
        list = list & vbLf & told(shown)
    Next shown
    shown = shown - 1
    If n > shown Then text = text & vbLf & "这里是前 " & shown & " 处，还有 " & (n - shown) & " 处：改一行，状态栏就会显示这一行还有什么。"
    WithSome = text & vbLf & KesusPart() & vbLf & list
End Function

Private Function Cut(ByVal text As String, ByVal most As Long) As String
    Cut = Replace(Replace(text, vbCr, ""), vbLf, " ")
    If Len(Cut) > most Then Cut = Left$(Cut, most - 1) & ChrW(&H2026)
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
        TellNoRegister
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
    Dim sheet As Object, form As Object, made As Object, row As Long, events As Boolean, reason As String
    events = Application.EnableEvents
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
    Set made = ThisWorkbook.Worksheets.Add(After:=sheet)
    kesuFormOn made
    Application.ScreenUpdating = True
    kesuPrintSheet made
    reason = Removed(made)
    sheet.Activate
    Application.EnableEvents = events
    If reason <> "" Then kesuTell reason
    Exit Sub
Failed:
    reason = "没能打印：" & Err.Description
    Application.ScreenUpdating = True
    If Not made Is Nothing Then reason = reason & vbLf & Removed(made)
    Application.EnableEvents = events
    kesuTell reason
End Sub

Private Function Removed(ByVal made As Object) As String
    ' Take the sheet that was made for printing away, for it shows a customer's data; says so when it cannot.
    Dim alerts As Boolean, head As String
    On Error GoTo Failed
    alerts = Application.DisplayAlerts
    head = made.Name
    Application.DisplayAlerts = False
    made.Delete
    Application.DisplayAlerts = alerts
    Exit Function
Failed:
    Application.DisplayAlerts = alerts
    Removed = "为打印加的工作表“" & head & "”没能删掉（" & Err.Description & "），里面有客户资料，请手工删除。"
End Function

Private Function TakesNumber(ByVal form As Object) As Boolean
    ' Whether a sheet is the form that shows a case by its number.
    Dim column As Long, cell As Object
    If form Is Nothing Then Exit Function
    Set cell = form.Range(kesuFormCell())
    For column = 1 To cell.Column - 1
        If InStr(1, kesuShown(form.Cells(cell.Row, column).Value), "编号", vbBinaryCompare) > 0 Then TakesNumber = True
    Next column
End Function

Private Sub kesuFormOn(ByVal form As Object)
    ' Every filled field of the row that was read onto a new sheet, two columns, A4.
    Dim i As Long, at As Long
    form.Columns(1).ColumnWidth = 16
    form.Columns(2).ColumnWidth = 70
    form.Range("A1").Value = "客户信息反馈处理单"
    form.Range("A1").Font.Bold = True
    form.Range("A1").Font.Size = 16
    at = 3
    For i = 0 To UBound(kesuNames)
        If kesuRowFilled(i) And kesuNames(i) <> "提示" Then
            form.Cells(at, 1).Value = kesuHeadOf(i)
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
End Sub

Public Sub kesuToPending()
    ' The selected case into both ledgers, with the same facts, or into none (STD-12, STD-15).
    Dim sheet As Object, row As Long, told As String, events As Boolean
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
        kesuTell kesuInTheirWords("只有责任未明的单才转未了事宜：请先把“责任明确”填“否”，并选“未明原因”（STD-12）。")
        Exit Sub
    End If
    Application.EnableEvents = False
    told = kesuBothLedgers(ThisWorkbook, CDbl(Now))
    Application.EnableEvents = events
    kesuTell told
    Exit Sub
Failed:
    Application.EnableEvents = events
    kesuTell "没能转入台帐：" & Err.Description
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
