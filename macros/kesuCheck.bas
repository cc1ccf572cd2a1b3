Option Explicit
' One row of the register checked as it is typed: the rules, and the words, of `kesu check`. Only what one row (and the
' lists) can tell; deadlines, the other sheets and everything that needs the journal are kesu's.

Private Const UPPER As String = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Private Const DIGITS As String = "0123456789"
Private Const PLATE_SIGNS As String = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
Private Const ENERGY As String = "ABCDEFGHJK"
Private Const VIN_SIGNS As String = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
Private Const MILEAGE_LIMIT As Double = 1500000

Private found As String
Private words As Collection
Private firstRows As Collection
Private listsRead As Boolean

Public Sub kesuForgetLists()
    ' The lists and the staff are read anew at the next check.
    listsRead = False
End Sub

Public Sub kesuRememberNumbers(ByVal whole As Boolean)
    ' While a whole sheet is checked from top to bottom, the first row of every number is kept.
    Set firstRows = Nothing
    If whole Then Set firstRows = New Collection
End Sub

Public Function kesuRowProblems(ByVal sheet As Object, ByVal row As Long, ByVal moment As Double) As String
    ' What is wrong with a row, a line each: rule, column, message, advice, divided by tabs. kesuPlace went before.
    found = ""
    kesuReadLists sheet.Parent
    kesuRead sheet, row
    If kesuJudged(sheet, row) Then
        CheckRequired
        CheckLists
        CheckForms
        CheckPeople
        CheckFuture moment
        CheckOrder
        CheckMiddle
        CheckNumber sheet, row
        CheckInvolved
        CheckCallback
    End If
    kesuRowProblems = found
End Function

Private Sub Add(ByVal rule As String, ByVal head As String, ByVal message As String, ByVal advice As String)
    If kesuColumn(head) = 0 Then Exit Sub
    found = found & rule & vbTab & head & vbTab & kesuInTheirWords(message) & vbTab & kesuInTheirWords(advice) & vbLf
End Sub

Private Sub kesuReadLists(ByVal book As Object)
    Dim i As Long, word As String, told As String
    If listsRead Then Exit Sub
    Set words = New Collection
    For i = 0 To UBound(kesuLists)
        word = kesuLists(i)
        If word <> "" And Not kesuHas(told, word) Then
            told = told & "|" & word
            If kesuWords(word, True) <> "" Then
                words.Add kesuWords(word, True), "w" & word
            Else
                words.Add kesuFirstColumn(book, "字典", word), "w" & word
            End If
        End If
    Next i
    kesuStaff = kesuFirstColumn(book, kesuSheetOf("人员"), "姓名")
    listsRead = True
End Sub

Private Function Reached(ByVal head As String) As Boolean
    Reached = True
    If head <> "" Then Reached = kesuTime(head) > 0
End Function

Private Sub CheckRequired()
    Dim stages() As String, parts() As String, heads() As String, i As Long, j As Long, told As String
    stages = Split(kesuRequired(), ";")
    For i = 0 To UBound(stages)
        parts = Split(stages(i), "|")
        If Reached(parts(2)) Then
            heads = Split(parts(3), ",")
            For j = 0 To UBound(heads)
                If Not kesuFilled(heads(j)) And Not kesuHas(told, heads(j)) Then
                    told = told & "|" & heads(j)
                    Add "REQ-01", heads(j), "“" & heads(j) & "”没有填写（已到“" & parts(0) & "”环节）", _
                        "补填“" & heads(j) & "”（" & parts(1) & ChrW(&HFF09)
                End If
            Next j
        End If
    Next i
    If kesuText("复核结论") = "异议" And kesuTime("复核完成时间") > 0 And kesuText("协商意见") = "" Then
        Add "STD-05", "协商意见", "复核结论是“异议”，但没有协商意见", "召集客户经理和相关部门协商，签署协商意见后填写"
    End If
    If kesuText("责任明确") = "否" And kesuText("未明原因") = "" Then
        Add "STD-12", "未明原因", "“责任明确”为“否”，但没有选择未明原因", _
            "从 质量问题、配件延时、客户不在场、客户没有时间 中选择"
    End If
End Sub

Private Sub CheckLists()
    Dim i As Long, allowed As String, alike As String, closed As Boolean, more As String
    For i = 0 To UBound(kesuNames)
        If kesuLists(i) <> "" And Not kesuOurs(i) And kesuRowText(i) <> "" Then
            allowed = words.Item("w" & kesuLists(i))
            If allowed <> "" And Not kesuHas(allowed, kesuRowText(i)) Then
                closed = kesuWords(kesuLists(i), True) <> ""
                alike = kesuNearest(kesuRowText(i), kesuSorted(allowed))
                If alike <> "" Then alike = "；是不是“" & alike & "”？"
                more = ""
                If Not closed Then more = "；如确需新值，请加到“字典”表"
                Add "LIST-01", kesuNames(i), "“" & kesuNames(i) & "”是“" & kesuRowText(i) & "”，不在列表中" & alike, _
                    "从下拉列表中选择：" & Offered(kesuLists(i), allowed) & more
            End If
        End If
    Next i
End Sub

Private Function Offered(ByVal list As String, ByVal allowed As String) As String
    ' The first ten words of a list, in the order of the contract.
    Dim usual() As String, i As Long, n As Long, out As String
    usual = Split(kesuWords(list, False), "|")
    For i = 0 To UBound(usual)
        If kesuHas(allowed, usual(i)) Then n = n + 1
    Next i
    If n = 0 Then usual = Split(kesuSorted(allowed), "|")
    n = 0
    For i = 0 To UBound(usual)
        If kesuHas(allowed, usual(i)) Then
            n = n + 1
            If n > 10 Then
                out = out & ChrW(&H2026)
                Exit For
            End If
            If out <> "" Then out = out & "、"
            out = out & usual(i)
        End If
    Next i
    Offered = out
End Function

Private Sub CheckForms()
    Dim i As Long, text As String
    For i = 0 To UBound(kesuNames)
        text = kesuRowText(i)
        If text <> "" And Not kesuOurs(i) Then
            Select Case kesuKinds(i)
            Case "PLATE"
                If Not IsPlate(text) And Not kesuHas(kesuNoPlate(), text) Then
                    Add "FORM-01", kesuNames(i), "车牌号“" & text & "”不像车牌", _
                        "例如 京A12345（燃油）、京AD12345（新能源）；未上牌请写“未上牌”"
                End If
            Case "PHONE"
                If Not IsPhone(text) Then
                    If Not IsPhone(Replace(Replace(text, "(", ""), ")", "")) Then
                        Add "FORM-02", kesuNames(i), "联系电话“" & text & "”不是有效号码（" & Len(text) & " 位）", _
                            "手机 11 位（13800138000），座机带区号（010-12345678）"
                    End If
                End If
            Case "VIN"
                CheckVin kesuNames(i), text
            Case "NUMBER"
                If kesuRowIsNumber(i) Then CheckMileage kesuNames(i), kesuRowNumber(i)
            End Select
        End If
    Next i
End Sub

Private Function IsPlate(ByVal text As String) As Boolean
    If Len(text) < 7 Or Len(text) > 8 Then Exit Function
    If Not kesuOf(Left$(text, 1), kesuProvinces()) Then Exit Function
    If Not kesuOf(Mid$(text, 2, 1), UPPER) Or Mid$(text, 2, 1) = "I" Then Exit Function
    If Len(text) = 7 Then
        IsPlate = kesuOf(Mid$(text, 3, 4), PLATE_SIGNS) And kesuOf(Mid$(text, 7, 1), PLATE_SIGNS & "挂学警港澳")
    ElseIf kesuOf(Mid$(text, 3, 1), ENERGY) Then
        IsPlate = kesuOf(Mid$(text, 4, 1), PLATE_SIGNS) And kesuOf(Mid$(text, 5, 4), DIGITS)
    Else
        IsPlate = kesuOf(Mid$(text, 3, 5), DIGITS) And kesuOf(Mid$(text, 8, 1), ENERGY)
    End If
End Function

Private Function IsPhone(ByVal text As String) As Boolean
    IsPhone = IsBarePhone(text)
    If Left$(text, 1) = "+" Then text = Mid$(text, 2)
    If Not IsPhone And Left$(text, 2) = "86" Then
        text = Mid$(text, 3)
        IsPhone = IsBarePhone(text)
        If Not IsPhone And Left$(text, 1) = "-" Then IsPhone = IsBarePhone(Mid$(text, 2))
    End If
End Function

Private Function IsBarePhone(ByVal text As String) As Boolean
    Dim area As Long, rest As String, parts() As String
    If Not kesuOf(text, DIGITS & "-") Then Exit Function
    If Len(text) = 11 And Left$(text, 1) = "1" And kesuOf(text, DIGITS) Then
        If kesuOf(Mid$(text, 2, 1), "3456789") Then
            IsBarePhone = True
            Exit Function
        End If
    End If
    If Left$(text, 3) = "400" Or Left$(text, 3) = "800" Then
        rest = Mid$(text, 4)
        If Left$(rest, 1) = "-" Then rest = Mid$(rest, 2)
        If Len(rest) = 8 And Mid$(rest, 4, 1) = "-" Then rest = Left$(rest, 3) & Mid$(rest, 5)
        If Len(rest) = 7 And kesuOf(rest, DIGITS) Then IsBarePhone = True
        If IsBarePhone Then Exit Function
    End If
    If Left$(text, 1) <> "0" Then Exit Function
    For area = 3 To 4
        If kesuOf(Left$(text, area), DIGITS) And Len(text) > area Then
            rest = Mid$(text, area + 1)
            If Left$(rest, 1) = "-" Then rest = Mid$(rest, 2)
            parts = Split(rest & "-none", "-")
            If Len(parts(0)) = 7 Or Len(parts(0)) = 8 Then
                If UBound(parts) = 1 Then IsBarePhone = True
                If UBound(parts) = 2 Then IsBarePhone = IsBarePhone Or (Len(parts(1)) >= 1 And Len(parts(1)) <= 6)
            End If
        End If
    Next area
End Function

Private Sub CheckVin(ByVal head As String, ByVal vin As String)
    Dim i As Long, one As String, bad As String, due As String
    If Len(vin) <> 17 Then
        Add "FORM-03", head, "车架号“" & vin & "”是 " & Len(vin) & " 位，应为 17 位", _
            "对照行驶证或前挡风玻璃左下角重新填写 17 位车架号"
        Exit Sub
    End If
    For i = 1 To 17
        one = Mid$(vin, i, 1)
        If InStr(1, VIN_SIGNS, one, vbBinaryCompare) = 0 Then bad = bad & IIf(bad = "", "", "|") & one
    Next i
    If bad <> "" Then
        Add "FORM-03", head, "车架号“" & vin & "”含有不允许的字符 " & Replace(kesuSorted(bad), "|", "、"), _
            "对照行驶证或前挡风玻璃左下角重新填写 17 位车架号"
    ElseIf kesuOf(Left$(vin, 1), "L12345") Then
        due = CheckDigit(vin)
        If Mid$(vin, 9, 1) <> due Then
            Add "FORM-03", head, "车架号“" & vin & "”第 9 位校验位是 " & Mid$(vin, 9, 1) & "，按其余各位应为 " & due, _
                "多半有一位抄错：对照行驶证逐位核对"
        End If
    End If
End Sub

Private Function CheckDigit(ByVal vin As String) As String
    ' GB 16735: the ninth sign, from the others.
    Dim i As Long, total As Long, weights() As String
    weights = Split("8,7,6,5,4,3,2,10,0,9,8,7,6,5,4,3,2", ",")
    For i = 1 To 17
        total = total + CLng(weights(i - 1)) * CLng(Mid$("012345678912345678123457923456789", _
            InStr(1, "0123456789ABCDEFGHJKLMNPRSTUVWXYZ", Mid$(vin, i, 1), vbBinaryCompare), 1))
    Next i
    CheckDigit = Mid$("0123456789X", (total Mod 11) + 1, 1)
End Function

Private Sub CheckMileage(ByVal head As String, ByVal value As Double)
    If head <> "行驶里程" Then Exit Sub
    If value < 0 Or value > MILEAGE_LIMIT Or value <> Int(value) Then
        Add "FORM-04", head, "行驶里程“" & kesuShown(value) & "”不合理", "填写公里整数，0 到 1,500,000"
    End If
End Sub

Private Sub CheckPeople()
    Dim i As Long, j As Long, names() As String, strangers As String, inside As String, advice As String
    If kesuStaff = "" Then Exit Sub
    For i = 0 To UBound(kesuNames)
        If kesuKinds(i) = "PERSON" And kesuRowText(i) <> "" Then
            strangers = ""
            names = Split(kesuNamesIn(kesuRowText(i)), "|")
            For j = 0 To UBound(names)
                If Not kesuHas(kesuStaff, names(j)) Then strangers = strangers & IIf(strangers = "", "", "|") & names(j)
            Next j
            If strangers <> "" Then
                advice = "改正姓名，或在“人员”表中加上此人"
                If kesuHas(kesuInvolved(), kesuNames(i)) Then inside = kesuContained(strangers, kesuStaff) Else inside = ""
                If inside <> "" Then
                    advice = advice & "；改正之前，“" & Replace(inside, "|", "、") & "”也按" & kesuNames(i) & "对待（STD-20）"
                End If
                Add "PERSON-01", kesuNames(i), "“" & kesuNames(i) & "”里的“" & Replace(strangers, "|", "、") & _
                    "”不在人员表中" & Meaning(Split(strangers, "|")(0)), advice
            End If
        End If
    Next i
End Sub

Private Function Meaning(ByVal person As String) As String
    ' What a name that nobody bears may be: those it is made of, else one it differs from by a slip.
    Dim inside As String
    inside = kesuContained(person, kesuStaff)
    If inside = "" Then
        inside = LikeName(person)
        If inside <> "" Then Meaning = "；是不是“" & inside & "”？"
    ElseIf Len(person) - Len(Replace(inside, "|", "")) > 1 Then
        Meaning = "；其中有“" & Replace(inside, "|", "、") & "”"
    Else
        Meaning = "；是不是“" & Replace(inside, "|", "、") & "”？"
    End If
End Function

Private Function LikeName(ByVal person As String) As String
    ' A name that differs by a slip; sharing a sign is no likeness between names.
    Dim near() As String, i As Long
    near = Split(kesuClose(person, kesuSorted(kesuStaff), 3), "|")
    For i = 0 To UBound(near)
        If near(i) <> "" Then
            If Left$(near(i), 1) = Left$(person, 1) Or kesuShared(near(i), person) > 1 Then
                LikeName = near(i)
                Exit Function
            End If
        End If
    Next i
End Function

Private Sub CheckFuture(ByVal moment As Double)
    Dim i As Long
    For i = 0 To UBound(kesuNames)
        If (kesuKinds(i) = "TIME" Or kesuKinds(i) = "DATE") And Not kesuOurs(i) Then
            If kesuRowTime(i) > moment And Not kesuHas(kesuAhead(), kesuNames(i)) Then
                Add "TIME-01", kesuNames(i), "“" & kesuNames(i) & "”是 " & kesuClock(kesuRowTime(i)) & "，晚于现在", _
                    "核对年月日和上下午，改成实际发生的时间"
            End If
        End If
    Next i
End Sub

Private Sub CheckOrder()
    Dim chain() As String, pairs() As String, ends() As String, i As Long, latest As String
    chain = Split(kesuChain(), "|")
    latest = chain(0)
    For i = 1 To UBound(chain)
        Backwards chain(i), latest
        If kesuTime(chain(i)) > 0 And kesuTime(chain(i)) >= kesuTime(latest) Then latest = chain(i)
    Next i
    pairs = Split(kesuPairs(), "|")
    For i = 0 To UBound(pairs)
        ends = Split(pairs(i), ",")
        Backwards ends(0), ends(1)
    Next i
End Sub

Private Sub Backwards(ByVal head As String, ByVal before As String)
    Dim rule As String, advice As String
    If kesuTime(head) = 0 Or kesuTime(before) = 0 Or kesuTime(head) >= kesuTime(before) Then Exit Sub
    ' A date without a time is not before anything of its day.
    If kesuTime(head) = Int(kesuTime(before)) Then Exit Sub
    rule = "TIME-02"
    advice = "核对两个时间，改正填错的一个"
    If head = "回访时间" Then
        rule = "STD-09"
        advice = "处理完毕并转客服之后再回访；如时间填错请改正"
    End If
    Add rule, head, "“" & head & "”" & kesuClock(kesuTime(head)) & " 早于“" & before & "”" & kesuClock(kesuTime(before)), _
        advice
End Sub

Private Sub CheckMiddle()
    ' Only the standard flow has all of these times.
    Dim chain() As String, i As Long, later As Boolean, flow As String
    flow = kesuText("流程")
    If flow <> "" And flow <> "标准流程" And kesuHas(kesuWords("流程", True), flow) Then Exit Sub
    chain = Split(kesuChain(), "|")
    For i = UBound(chain) To 1 Step -1
        If later And i < UBound(chain) And kesuTime(chain(i)) = 0 And Not kesuFilled(chain(i)) Then
            Add "TIME-03", chain(i), "“" & chain(i) & "”没有填写，但后面的环节已经完成", _
                "补填“" & chain(i) & "”，否则这个环节无法判定是否超时"
        End If
        If kesuTime(chain(i)) > 0 Then later = True
    Next i
End Sub

Private Sub CheckNumber(ByVal sheet As Object, ByVal row As Long)
    Dim number As String, earlier As Long, stamped As Double
    number = kesuText("编号")
    If number = "" Then Exit Sub
    earlier = EarlierRow(sheet, row, number)
    If earlier > 0 Then
        Add "NUM-01", "编号", "编号 " & number & " 与第 " & earlier & " 行重复", "如果是复制的行，请清空这一行的编号，kesu 会给新编号"
    End If
    stamped = kesuDayOf(number)
    If stamped = 0 Then
        Add "NUM-02", "编号", "编号“" & number & "”格式不对", _
            "格式为 FK+年月日+“-”+三位序号，例如 FK20261121-007；清空后由 kesu 自动编号"
    ElseIf kesuTime("接收时间") > 0 And Int(kesuTime("接收时间")) <> stamped Then
        Add "NUM-06", "编号", "编号 " & number & " 的日期与“接收时间”" & Format$(CDate(kesuTime("接收时间")), "yyyy-mm-dd") & " 不一致", _
            "核对接收时间；编号一经给出不再改变"
    End If
End Sub

Private Function EarlierRow(ByVal sheet As Object, ByVal row As Long, ByVal number As String) As Long
    ' The first row above that bears the same number.
    Dim column As Long, area As Variant, i As Long
    column = kesuColumn("编号")
    If column = 0 Then Exit Function
    If Not firstRows Is Nothing Then
        On Error Resume Next
        EarlierRow = firstRows.Item("n" & number)
        If EarlierRow = 0 Then firstRows.Add row, "n" & number
        On Error GoTo 0
        Exit Function
    End If
    If row <= kesuHeaderRow + 1 Then Exit Function
    area = sheet.Range(sheet.Cells(kesuHeaderRow, column), sheet.Cells(row, column)).Value
    For i = 2 To UBound(area, 1) - 1
        If UCase$(kesuTidy(kesuShown(area(i, 1)))) = number Then
            EarlierRow = kesuHeaderRow + i - 1
            Exit Function
        End If
    Next i
End Function

Private Sub CheckInvolved()
    Dim heads() As String, involved As String, names() As String, both As String, i As Long, j As Long
    involved = kesuMeant(kesuText("当事人") & "、" & kesuText("责任人"))
    If involved = "" Then Exit Sub
    heads = Split(kesuHandling(), "|")
    For i = 0 To UBound(heads)
        both = ""
        names = Split(kesuNamesIn(kesuText(heads(i))), "|")
        For j = 0 To UBound(names)
            If kesuHas(involved, names(j)) Then both = both & IIf(both = "", "", "|") & names(j)
        Next j
        If both <> "" Then
            Add "STD-20", heads(i), "“" & heads(i) & "”" & Replace(kesuSorted(both), "|", "、") & " 是本单的当事人或责任人，不得参与处理", _
                "换一位“" & heads(i) & "”；当事人不得直接参与客户投诉处理（STD-20）"
            If heads(i) = "回访人" Then
                Add "STD-09", "回访人", "由当事人或责任人" & kesuText("回访人") & "自己回访，结果不算数", "由客户服务中心另派人重新回访"
            End If
        End If
    Next i
End Sub

Private Sub CheckCallback()
    If kesuText("需回访") = "是" And kesuTime("归档时间") > 0 And kesuTime("回访时间") = 0 Then
        Add "STD-09", "回访时间", "标明需回访，但没有回访就归档了", "补做回访并填写回访人、回访时间和满意度"
    End If
    If kesuTime("回访时间") > 0 And kesuTime("转客服时间") = 0 Then
        Add "STD-09", "回访时间", "还没有转客服（处理未完毕）就已回访", "处理中的单暂停回访，处理完毕转客服后再回访"
    End If
End Sub
