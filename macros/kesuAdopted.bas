Option Explicit
' A register of the dealership's own: found by its own headers, its rows told from totals and remarks, its columns named
' as it names them. As workbook/aliases.py and automation/elders.py do it, by what kesu.toml said at the installation.

Private Const LAST_HEADER_ROW As Long = 60
Private Const LONGEST_TOTAL As Long = 20

Public kesuOwn As Boolean
Public kesuCalled() As String
Public kesuLooked As Boolean
Public kesuHistoric As Boolean

Private heads() As String
Private firstHead As Long
Private lastHead As Long
Private anyCalled As Boolean
Private tryAt() As Long
Private tryCalled() As String
Private tryHeads() As String

Public Sub kesuAsUsual()
    ' The table that stands there is known by the contract's headers.
    kesuOwn = False
    anyCalled = False
    ReDim kesuCalled(0 To UBound(kesuNames))
End Sub

Public Function kesuPlaceOwn(ByVal sheet As Object, ByVal table As String) As Boolean
    ' Find the headers by the dealership's words, in one row or two that belong together.
    Dim top As Variant, bottom As Long, row As Long, depth As Long, n As Long, best As Long, i As Long
    bottom = kesuLastRow(sheet)
    If bottom > LAST_HEADER_ROW Then bottom = LAST_HEADER_ROW
    If bottom < 2 Then bottom = 2
    top = sheet.Range(sheet.Cells(1, 1), sheet.Cells(bottom, kesuWidth)).Value
    ReDim kesuAt(0 To UBound(kesuNames))
    kesuAsUsual
    For row = 1 To bottom
        For depth = 1 To 2
            n = Understood(top, row, depth, table)
            If n > best Then
                best = n
                kesuHeaderRow = row
                kesuAt = tryAt
                kesuCalled = tryCalled
                heads = tryHeads
            End If
        Next depth
        If best >= kesuOwnColumns(table) Then Exit For
    Next row
    If best = 0 Then Exit Function
    kesuOwn = True
    firstHead = 0
    For i = 1 To kesuWidth
        If heads(i) <> "" Then
            If firstHead = 0 Then firstHead = i
            lastHead = i
        End If
    Next i
    For i = 0 To UBound(kesuCalled)
        If kesuCalled(i) <> "" Then anyCalled = True
    Next i
    kesuPlaceOwn = True
    If table = kesuRegisterTable() Then kesuPlaceOwn = kesuColumn("接收时间") > 0
End Function

Private Function Understood(ByRef top As Variant, ByVal row As Long, ByVal depth As Long, ByVal table As String) As Long
    ' How many of the contract's columns the headers of this row are, those of the row above as groups over them.
    Dim column As Long, text As String, upper As String, group As String, lower As String, ours As String, i As Long
    Dim known As Boolean
    If depth = 2 And row = 1 Then Exit Function
    ReDim tryAt(0 To UBound(kesuNames))
    ReDim tryCalled(0 To UBound(kesuNames))
    ReDim tryHeads(1 To kesuWidth)
    For column = 1 To kesuWidth
        text = HeadText(top(row, column))
        If depth = 2 Then
            upper = HeadText(top(row - 1, column))
            If upper <> "" Then group = upper
            If text <> "" Then
                If group <> "" And group <> text Then text = group & "/" & text
            ElseIf upper <> "" Then
                text = upper
                group = ""
            End If
        End If
        If text <> "" Then
            lower = Mid$(text, InStrRev(text, "/") + 1)
            tryHeads(column) = lower
            ours = kesuOursOf(table, text)
            known = ours <> "?"
            If Not known Then ours = kesuOursOf(table, lower)
            If ours = "?" Then ours = lower
            i = -1
            If ours <> "" Then i = kesuIndex(ours)
            If i >= 0 Then
                If tryAt(i) = 0 Then
                    tryAt(i) = column
                    Understood = Understood + 1
                    If lower <> kesuNames(i) Then
                        If known Then tryCalled(i) = text Else tryCalled(i) = lower
                    End If
                End If
            End If
        End If
    Next column
End Function

Private Function HeadText(ByVal v As Variant) As String
    If IsError(v) Then Exit Function
    If IsEmpty(v) Then Exit Function
    HeadText = Replace(kesuTidy(kesuShown(v)), "*", "")
End Function

' Which rows are cases, and which of them are judged

Public Function kesuJudged(ByVal sheet As Object, ByVal row As Long) As Boolean
    ' Whether the row that kesuRead has read is a case, and one that kesu judges. What was received before kesu was
    ' taken up is history.
    kesuHistoric = False
    If kesuHolds() Then
        kesuHistoric = kesuOld(sheet, row)
        kesuJudged = Not kesuHistoric
    End If
    kesuLooked = kesuJudged
End Function

Public Function kesuOld(ByVal sheet As Object, ByVal row As Long) As Boolean
    ' A row without a readable time is as old as the next one that has one: registers are filled downwards.
    Dim received As Double, column As Long, bottom As Long, area As Variant, i As Long
    If kesuSince() = 0 Then Exit Function
    column = kesuColumn("接收时间")
    If column = 0 Then Exit Function
    received = Int(kesuTime("接收时间"))
    If received = 0 Then received = kesuDayIn(sheet.Cells(row, column).Value)
    bottom = kesuLastRow(sheet)
    If received = 0 And bottom > row Then
        area = sheet.Range(sheet.Cells(row, column), sheet.Cells(bottom, column)).Value
        For i = 2 To UBound(area, 1)
            received = kesuDayIn(area(i, 1))
            If received > 0 Then Exit For
        Next i
    End If
    kesuOld = received > 0 And received < kesuSince()
End Function

Public Function kesuDayIn(ByVal v As Variant) As Double
    ' The day of a time, also of one that is typed as text; 0 when only kesu can tell.
    Dim text As String, i As Long, one As String, parts(0 To 2) As Long, n As Long, digits As String, sign As String
    If IsError(v) Then Exit Function
    kesuDayIn = Int(kesuTimeOf(v))
    If kesuDayIn > 0 Or VarType(v) <> vbString Then Exit Function
    text = kesuTrimmed(kesuHalf(v)) & " "
    For i = 1 To Len(text)
        one = Mid$(text, i, 1)
        If InStr(1, "0123456789", one, vbBinaryCompare) > 0 Then
            digits = digits & one
            If Len(digits) > 8 Then Exit Function
        ElseIf digits <> "" Then
            If n = 0 And Len(digits) = 8 Then
                parts(0) = CLng(Left$(digits, 4))
                parts(1) = CLng(Mid$(digits, 5, 2))
                parts(2) = CLng(Mid$(digits, 7, 2))
                n = 3
            Else
                If Len(digits) > 4 Then Exit Function
                parts(n) = CLng(digits)
                n = n + 1
            End If
            sign = one
            digits = ""
            If n = 3 Then Exit For
            If n = 2 And parts(0) < 1900 Then Exit For
            If InStr(1, "年月./-", one, vbBinaryCompare) = 0 Then Exit For
        ElseIf Not (one = " " And n > 0) Then
            Exit For
        End If
    Next i
    If n = 2 And parts(0) <= 12 And InStr(1, "./-", sign, vbBinaryCompare) = 0 Then
        parts(2) = parts(1)
        parts(1) = parts(0)
        parts(0) = kesuOwnYear()
        n = 3
    End If
    If n < 3 Or parts(0) < 1900 Or parts(1) < 1 Or parts(1) > 12 Or parts(2) < 1 Or parts(2) > 31 Then Exit Function
    kesuDayIn = CDbl(DateSerial(parts(0), parts(1), parts(2)))
End Function

Public Function kesuOwnRecord(ByVal sheet As Object, ByVal row As Long) As Boolean
    ' Whether a row is a case: no total, no headers again, no heading or signature of one cell.
    Dim held As Variant
    held = sheet.Range(sheet.Cells(row, 1), sheet.Cells(row, kesuWidth)).Value
    Select Case SortOf(held)
    Case 3
        kesuOwnRecord = True
    Case 2
        kesuOwnRecord = Not BelowGap(sheet, row)
    End Select
End Function

Private Function SortOf(ByRef held As Variant) As Long
    ' 0: nothing there; 1: a total, headers, a remark; 2: a remark when it stands below an empty row; 3: a case.
    Dim i As Long, filled As Long, own As Long, dated As Boolean, real As Boolean, first As Long, text As String
    For i = 0 To UBound(kesuAt)
        If kesuAt(i) > 0 Then
            If IsFilled(held(1, kesuAt(i))) Then
                filled = filled + 1
                If first = 0 Or kesuAt(i) < first Then first = kesuAt(i)
                If Not kesuOurs(i) Then
                    own = own + 1
                    If kesuKinds(i) = "TIME" Or kesuKinds(i) = "DATE" Then
                        dated = True
                        If VarType(held(1, kesuAt(i))) <> vbString Then real = True
                    End If
                End If
            End If
        End If
    Next i
    If filled = 0 Then Exit Function
    SortOf = 1
    For i = firstHead To lastHead
        If IsFilled(held(1, i)) Then
            If VarType(held(1, i)) = vbString Then
                If IsTotal(held(1, i)) Then Exit Function
            End If
            Exit For
        End If
    Next i
    If VarType(held(1, first)) = vbString Then
        text = HeadText(held(1, first))
        If text = heads(first) And HeadsAgain(held) Then Exit Function
    End If
    If own <= 1 And filled = own And Not real Then Exit Function
    SortOf = 3
    If own <= 2 And Not dated Then SortOf = 2
End Function

Private Function IsFilled(ByVal v As Variant) As Boolean
    If IsEmpty(v) Then Exit Function
    IsFilled = True
    If IsError(v) Then Exit Function
    If VarType(v) = vbString Then IsFilled = kesuTrimmed(v) <> ""
End Function

Private Function IsTotal(ByVal text As String) As Boolean
    Dim i As Long
    If Len(text) > LONGEST_TOTAL Then Exit Function
    text = LCase$(kesuTidy(text))
    If Left$(text, 1) = "共" And Len(text) > 1 Then
        i = Len(text)
        If InStr(1, "单条件", Right$(text, 1), vbBinaryCompare) > 0 Then i = i - 1
        IsTotal = i > 1 And kesuOf(Mid$(text, 2, i - 1), "0123456789")
        Exit Function
    End If
    i = InStr(1, text, ":", vbBinaryCompare)
    If i > 0 Then text = Left$(text, i - 1)
    i = InStr(1, text, "(", vbBinaryCompare)
    If i > 0 Then text = Left$(text, i - 1)
    If text <> "" Then IsTotal = kesuHas("合计|总计|小计|汇总|累计|本页|本月合计|grandtotal|total|sum", text)
End Function

Private Function HeadsAgain(ByRef held As Variant) As Boolean
    ' As on every page of a long list.
    Dim i As Long, filled As Long, same As Long
    For i = 1 To kesuWidth
        If IsFilled(held(1, i)) Then
            filled = filled + 1
            If VarType(held(1, i)) = vbString Then
                If HeadText(held(1, i)) = heads(i) Then same = same + 1
            End If
        End If
    Next i
    HeadsAgain = same >= 2 And same * 5 >= filled * 4
End Function

Private Function BelowGap(ByVal sheet As Object, ByVal row As Long) As Boolean
    ' Whether nothing but remarks stands between a row and an empty one above it.
    Dim held As Variant, above As Long
    For above = row - 1 To kesuHeaderRow + 1 Step -1
        held = sheet.Range(sheet.Cells(above, 1), sheet.Cells(above, kesuWidth)).Value
        Select Case SortOf(held)
        Case 0
            BelowGap = True
            Exit Function
        Case 3
            Exit Function
        End Select
    Next above
End Function

' Words

Public Function kesuHeadOf(ByVal i As Long) As String
    ' What the dealership calls a column of the contract.
    kesuHeadOf = kesuNames(i)
    If kesuCalled(i) <> "" Then kesuHeadOf = kesuCalled(i)
End Function

Public Function kesuInTheirWords(ByVal text As String) As String
    ' A sentence with the columns named as the dealership names them: every name in quotation marks, and those that are
    ' no words of everyday speech wherever they stand.
    Dim at As Long, i As Long, best As Long, start As Long, last As Long, out As String
    kesuInTheirWords = text
    If Not anyCalled Then Exit Function
    at = 1
    start = 1
    Do While at <= Len(text)
        best = -1
        If Mid$(text, at, 1) = "“" Then
            last = InStr(at, text, "”", vbBinaryCompare)
            If last > at + 1 Then best = kesuIndex(Mid$(text, at + 1, last - at - 1))
            If best >= 0 Then
                out = out & Mid$(text, start, at - start) & "“" & kesuHeadOf(best) & "”"
                at = last + 1
                start = at
            End If
        Else
            For i = 0 To UBound(kesuNames)
                If Mid$(text, at, Len(kesuNames(i))) = kesuNames(i) Then
                    If IsSpoken(i) Then
                        If best < 0 Then
                            best = i
                        ElseIf Len(kesuNames(i)) > Len(kesuNames(best)) Then
                            best = i
                        End If
                    End If
                End If
            Next i
            If best >= 0 Then
                out = out & Mid$(text, start, at - start) & kesuHeadOf(best)
                at = at + Len(kesuNames(best))
                start = at
            End If
        End If
        If best < 0 Then at = at + 1
    Loop
    kesuInTheirWords = out & Mid$(text, start)
End Function

Private Function IsSpoken(ByVal i As Long) As Boolean
    IsSpoken = kesuHas("TIME|DATE|PHONE|PLATE|VIN", kesuKinds(i)) Or kesuHas("客户姓名|内容概要|经办人", kesuNames(i))
End Function
